using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Scenarios;

/// <summary>Base of all scenarios: a folder and an engine of its own, the shared server without databases.</summary>
[Collection("Scenarios")]
public abstract class Scenario(ScenarioFixture fixture) : IAsyncLifetime
{
    /// <summary>Passphrase of every encrypted backup here.</summary>
    protected const string Passphrase = "pass phrase with ünïcödé $HOME 'quotes'";

    private readonly Dictionary<string, string?> variables = new() { ["PATH"] = System.Environment.GetEnvironmentVariable("PATH") };

    /// <summary>Folder of this scenario alone, removed afterwards.</summary>
    protected string Folder { get; } = Directory.CreateTempSubdirectory("mina-test-").FullName;

    /// <summary>Place for backups.</summary>
    protected string Place => Path.Combine(Folder, "backups");

    /// <summary>Place for safety backups.</summary>
    protected string SafetyPlace => Path.Combine(Folder, "safety");

    /// <summary>The shared server.</summary>
    protected ScenarioServer Server => fixture.Server;

    /// <summary>The test's cancellation.</summary>
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What opens every encrypted backup here.</summary>
    protected static KeyRequest Keys => new() { Passphrase = new Secret(Passphrase) };

    /// <summary>Protection of every encrypted backup here.</summary>
    protected static ProtectionRequest Encrypted => new() { Passphrase = new Secret(Passphrase) };

    /// <summary>No protection.</summary>
    protected static ProtectionRequest Plain => new() { NoEncryption = true };

    /// <summary>The machine as the engine sees it.</summary>
    protected HostEnvironment Environment => new()
    {
        Variable = name => variables.GetValueOrDefault(name),
        HomeDirectory = Path.Combine(Folder, "home"),
        TempDirectory = Path.Combine(Folder, "tmp"),
        StateDirectory = Path.Combine(Folder, "state"),
    };

    /// <summary>The engine under test.</summary>
    protected BackupEngine Engine => new(Environment, TimeProvider.System);

    /// <inheritdoc/>
    public virtual ValueTask InitializeAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The scenarios need Unix sockets, signals and gpg.");
        TestPrograms.AddTo(variables);
        Directory.CreateDirectory(Path.Combine(Folder, "home"));
        Directory.CreateDirectory(Path.Combine(Folder, "tmp"));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (!OperatingSystem.IsWindows())
        {
            await Server.DropAllAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Sets a variable of the engine's environment.</summary>
    protected void SetVariable(string name, string value) => variables[name] = value;

    /// <summary>Backs a database of the shared server up.</summary>
    protected Task<BackupResult> BackupAsync(string database, ProtectionRequest? protection = null, ScenarioServer? server = null, IRunObserver? observer = null) =>
        Engine.BackupAsync(BackupOf((server ?? Server).Uri(database), protection), observer ?? new RecordingObserver(), Cancel);

    /// <summary>The request for a backup into <see cref="Place"/>.</summary>
    protected BackupRequest BackupOf(string? uri, ProtectionRequest? protection = null) =>
        new() { Database = uri, Location = Place, Protection = protection ?? Encrypted };

    /// <summary>Restores into a database of the shared server.</summary>
    protected Task<RestoreResult> RestoreAsync(string name, string target, Func<RestoreRequest, RestoreRequest>? change = null, ScenarioServer? server = null, IRunObserver? observer = null)
    {
        var request = new RestoreRequest
        {
            Backup = new BackupReference(name, Place),
            Keys = Keys,
            Database = (server ?? Server).Uri("postgres"),
            TargetDatabase = target,
            SafetyLocation = SafetyPlace,
        };
        return Engine.RestoreAsync(change?.Invoke(request) ?? request, observer ?? new RecordingObserver(), Cancel);
    }

    /// <summary>Verifies a backup in <see cref="Place"/>.</summary>
    protected Task<BackupVerification> VerifyAsync(string name, KeyRequest? keys = null) =>
        Engine.VerifyAsync(new VerifyRequest { Backup = new BackupReference(name, Place), Keys = keys ?? Keys }, new RecordingObserver(), Cancel);

    /// <summary>Names of all files in <see cref="Place"/>, unfinished ones included.</summary>
    protected IReadOnlyList<string> FilesInPlace() =>
        Directory.Exists(Place) ? [.. Directory.GetFiles(Place).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)] : [];

    /// <summary>Expects one clear error with this id, an action, and no secret in any of its texts.</summary>
    protected static async Task<MinaException> FailsAsync(ErrorDefinition expected, Func<Task> run) => await FailsAsync([expected], run);

    /// <summary>Expects one clear error with one of these ids, an action, and no secret in any of its texts.</summary>
    protected static async Task<MinaException> FailsAsync(IReadOnlyList<ErrorDefinition> expected, Func<Task> run)
    {
        var error = await Assert.ThrowsAnyAsync<MinaException>(run);
        Assert.True(expected.Any(definition => definition.Id == error.ErrorId), $"Expected {string.Join(" or ", expected.Select(definition => definition.Id))}, got {error.ErrorId}: {error}");
        Assert.False(string.IsNullOrWhiteSpace(error.Message));
        Assert.False(string.IsNullOrWhiteSpace(error.RecommendedAction));
        foreach (var secret in new[] { Passphrase, ScenarioServer.Password, Uri.EscapeDataString(ScenarioServer.Password) })
        {
            Assert.DoesNotContain(secret, error + error.RecommendedAction + error.ServerDetail + error.ServerHint, StringComparison.Ordinal);
        }

        return error;
    }
}
