namespace Mina.Backup.Engine.Postgres;

/// <summary>A PostgreSQL program on this machine.</summary>
/// <param name="Program">Its name, such as <c>pg_dump</c>.</param>
/// <param name="Path">Full path.</param>
/// <param name="Version">Its version; the major version counts.</param>
public sealed record ClientTool(string Program, string Path, Version Version)
{
    /// <summary>Version as the program prints it, such as <c>15.20</c>.</summary>
    public string VersionText { get; init; } = Version.ToString();
}
