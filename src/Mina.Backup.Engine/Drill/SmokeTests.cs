using System.Globalization;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>The operator's own checks of a recovered database, each a step.</summary>
internal sealed class SmokeTests(IReadOnlyList<SmokeTest> tests, DrillJournal journal)
{
    /// <summary>Does them in order, whatever those before found.</summary>
    public async Task RunAsync(string connectionUri, CancellationToken cancellationToken)
    {
        foreach (var test in tests.TakeWhile(_ => !journal.ServerLost))
        {
            await journal.RunAsync(DrillStepKind.SmokeTest, () => RunAsync(test, connectionUri, cancellationToken), cancellationToken, test.Name);
        }
    }

    private static async Task<StepFinding> RunAsync(SmokeTest test, string connectionUri, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> findings;
        try
        {
            findings = await test.Check(connectionUri, cancellationToken);
        }
        catch (Exception thrown) when (thrown is not (OperationCanceledException or MinaException) && !PostgresErrors.IsServers(thrown))
        {
            findings = [thrown.Message];
        }

        return StepFinding.Of("It found nothing wrong.", findings.Count == 1 ? findings[0] : string.Create(CultureInfo.InvariantCulture, $"{findings.Count} findings."), findings);
    }
}
