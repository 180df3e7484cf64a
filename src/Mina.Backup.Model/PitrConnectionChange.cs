namespace Mina.Backup.Model;

/// <summary>What becomes of the connection strings that lead to one host, when a branch takes the live one's place.</summary>
public sealed record PitrConnectionChange
{
    /// <summary>The host in the connection strings that applications have.</summary>
    public required string Host { get; init; }

    /// <summary>What it leads to now: the name of a branch.</summary>
    public required string LeadsTo { get; init; }

    /// <summary>The host that applications must use from now on; null when they keep their connection strings.</summary>
    public string? ReplaceBy { get; init; }

    /// <summary>The change in a few words.</summary>
    public override string ToString() => ReplaceBy is null ? $"{Host} now leads to {LeadsTo}" : $"{Host} still leads to {LeadsTo}: use {ReplaceBy} instead";
}
