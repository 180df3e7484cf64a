using Mina.Backup.Engine.Postgres;

namespace Mina.Backup.NeonStandIn;

/// <summary>What the project is like.</summary>
public sealed record StandInOptions
{
    /// <summary>Its id.</summary>
    public string Project { get; init; } = "quiet-forest-12345678";

    /// <summary>The key that is accepted.</summary>
    public string Key { get; init; } = "napi_secret0key1for2tests3";

    /// <summary>When the project, and its root branch, were made.</summary>
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow.AddDays(-90);

    /// <summary>How long history is kept.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Databases with their owners.</summary>
    public IReadOnlyList<(string Name, string Owner)> Databases { get; init; } = [("neondb", "neondb_owner")];

    /// <summary>Roles with their passwords.</summary>
    public IReadOnlyList<(string Name, string Password)> Roles { get; init; } = [("neondb_owner", "npg_password0of1owner")];

    /// <summary>The server behind the root branch; null without servers.</summary>
    public ConnectionTarget? Root { get; init; }

    /// <summary>Makes the servers of other branches.</summary>
    public IStandInServers Servers { get; init; } = new NoServers();

    /// <summary>Entries of a page, whatever a request asks for.</summary>
    public int PageSize { get; init; } = 100;

    /// <summary>Whether the account may let branches expire.</summary>
    public bool Expires { get; init; } = true;
}
