namespace Mina.Backup.Model;

/// <summary>One error that the product can report: its stable id, what causes it and what to do next.</summary>
/// <param name="Id">Stable, readable id; scripts may match it. Listed in docs/errors.md.</param>
/// <param name="Kind">What kind of failure it is; the cmdlets map it to a PowerShell error category.</param>
/// <param name="Cause">What leads to it, in one sentence.</param>
/// <param name="Action">What to do next when the failing place knows nothing more concrete.</param>
public sealed record ErrorDefinition(string Id, ErrorKind Kind, string Cause, string Action);
