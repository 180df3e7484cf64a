using Mina.Backup.Engine.Pitr;
using Mina.Backup.Engine.Pitr.Neon;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;
using Mina.Backup.NeonStandIn;

namespace Mina.Backup.Engine.Tests.Pitr.Neon;

/// <summary>
/// A project of the stand-in and the provider over it, with waits as short as a test wants them. When it ends, the contract must have held, and neither the key nor a password may
/// stand in anything that was told or logged.
/// </summary>
internal sealed class NeonScene : IAsyncDisposable
{
    private readonly TestMachine machine = new();
    private readonly StandInOptions options;

    private NeonScene(StandInOptions options, StandIn standIn)
    {
        this.options = options;
        StandIn = standIn;
        machine.Set("NEON_API_HOST", standIn.Address).Set("NEON_API_KEY", options.Key).Set("NEON_PROJECT_ID", options.Project);
    }

    /// <summary>The stand-in.</summary>
    public StandIn StandIn { get; }

    /// <summary>What the engine sees of the machine.</summary>
    public HostEnvironment Environment => machine.Environment;

    /// <summary>What runs told.</summary>
    public QuietObserver Observer { get; } = new();

    /// <summary>The waits.</summary>
    public NeonTimes Times { get; set; } = new()
    {
        FirstRetry = TimeSpan.FromMilliseconds(5),
        LongestRetry = TimeSpan.FromMilliseconds(20),
        FirstPoll = TimeSpan.FromMilliseconds(5),
        Poll = TimeSpan.FromMilliseconds(10),
        Looks = [TimeSpan.Zero, TimeSpan.FromMilliseconds(50)],
    };

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<NeonScene> StartAsync(StandInOptions? options = null)
    {
        options ??= new StandInOptions();
        return new NeonScene(options, await StandIn.StartAsync(options));
    }

    /// <summary>Sets a variable of the machine; null removes it.</summary>
    public void Set(string name, string? value) => machine.Set(name, value);

    /// <summary>Does something with the branches of the project, as a run of its own.</summary>
    public async Task<T> RunAsync<T>(Func<PitrBranches, RunContext, Task<T>> work)
    {
        using var scope = RunScope.Start("neon-test", Observer, Environment, TimeProvider.System);
        return await scope.RunAsync(context => work(new PitrBranches([new NeonPitrProvider(Times)]), context), _ => null);
    }

    /// <summary>Makes a branch of an hour ago.</summary>
    public Task<PitrBranch> CreateAsync(Func<PitrBranchRequest, PitrBranchRequest>? change = null, CancellationToken? token = null)
    {
        var request = new PitrBranchRequest { Target = new PitrTarget { Kind = PitrTargetKind.Time, Time = DateTimeOffset.UtcNow.AddHours(-1) } };
        return RunAsync((branches, context) => branches.CreateAsync(change?.Invoke(request) ?? request, context, token ?? Token));
    }

    public async Task<IReadOnlyList<PitrBranch>> ListAsync(params IReadOnlyList<string> names)
    {
        var listing = await RunAsync((branches, context) => branches.ListAsync(names, context, Token));
        return listing.Failures is [var failure] ? throw failure : listing.Branches;
    }

    public Task<RemovedPitrBranch> RemoveAsync(string name, bool force = false) => RunAsync((branches, context) => branches.RemoveAsync(name, force, context, Token));

    public Task<PitrSwitchResult> SwitchAsync(string branch, PitrSwitchMethod method, string? preserveUnderName = null) => RunAsync((branches, context) =>
        branches.SwitchAsync(new PitrSwitchRequest { Branch = branch, Method = method, PreserveUnderName = preserveUnderName }, context, Token));

    /// <summary>That making a branch fails with an error.</summary>
    public async Task<TException> FailAsync<TException>(ErrorDefinition error, Func<Task> action)
        where TException : MinaException
    {
        var failure = await Assert.ThrowsAsync<TException>(action);
        Assert.Equal(error.Id, failure.ErrorId);
        Assert.DoesNotContain(options.Key, failure.ToString() + failure.RecommendedAction + failure.ServiceCode + failure.RequestId, StringComparison.Ordinal);
        return failure;
    }

    public async ValueTask DisposeAsync()
    {
        await StandIn.DisposeAsync();
        var logs = Directory.GetFiles(Environment.StateDirectory, "*", SearchOption.AllDirectories).Select(File.ReadAllText);
        var told = string.Join('\n', logs.Concat(Observer.Details).Concat(Observer.Warnings));
        machine.Dispose();
        Assert.DoesNotContain(options.Key, told, StringComparison.Ordinal);
        Assert.All(options.Roles, role => Assert.DoesNotContain(role.Password, told, StringComparison.Ordinal));
        Assert.Empty(StandIn.Violations);
    }
}
