namespace Mina.Backup.Engine.Tests.Scenarios;

/// <summary>What a program printed and how it ended.</summary>
/// <param name="ExitCode">Its exit status; 128 + signal when a signal ended it.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Errors">Standard error.</param>
public sealed record ProgramOutput(int ExitCode, string Output, string Errors);
