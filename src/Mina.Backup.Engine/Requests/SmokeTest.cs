namespace Mina.Backup.Engine.Requests;

/// <summary>
/// Looks at a recovered database and says what is wrong with it, a sentence each; nothing when all is well. An exception is a finding, too.
/// </summary>
/// <param name="connectionUri">Connection URI of the recovered database; it may hold a password.</param>
/// <param name="cancellationToken">Gives up.</param>
public delegate Task<IReadOnlyList<string>> SmokeCheck(string connectionUri, CancellationToken cancellationToken);

/// <summary>An operator's own check of a recovered database.</summary>
/// <param name="Name">Its name in the result.</param>
/// <param name="Check">The check.</param>
public sealed record SmokeTest(string Name, SmokeCheck Check);
