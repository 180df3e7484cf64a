using Mina.Backup.Benchmarks.Measuring;
using Mina.Backup.Benchmarks.Site;

namespace Mina.Backup.Benchmarks.Groups;

/// <summary>What an operator waits for at the prompt: the module's import, the first list, a long list. Each run is a new process.</summary>
internal sealed class ShellGroup : IBenchmarkGroup
{
    /// <summary>The shell without the module.</summary>
    public const string Bare = "mina, bare";

    /// <summary>The shell with the module.</summary>
    public const string WithModule = "mina, Import-Module";

    /// <summary>All of many backups, in an array.</summary>
    public const string List = "Get-MinaBackup over 10,000 backups";

    private const string FirstOfList = "Get-MinaBackup over 10,000 backups, until the first";
    private const string First = "Get-MinaBackup, the first in a session";
    private const int Backups = 10_000;

    // Milliseconds need more runs than minutes do.
    private const int RunsPerRound = 5;

    /// <inheritdoc/>
    public string Name => "shell";

    /// <inheritdoc/>
    public async Task<GroupResult> RunAsync(GroupContext context, CancellationToken cancellationToken)
    {
        var few = await CatalogSample.WriteAsync(context.Site.PathOf("few"), 1, cancellationToken);
        var many = await CatalogSample.WriteAsync(context.Site.PathOf("many"), Backups, cancellationToken);
        var mina = context.Mina;
        var import = $"Import-Module {MinaShell.Quote(mina.Module)}";
        List<Contestant> contestants =
        [
            Start(context, Bare, mina.Console, ["-NoModule", "-Command", "$null"]),
            Start(context, WithModule, mina.Console, ["-NoModule", "-Command", import]),
            Listing(context, First, $"@(Get-MinaBackup -Path {MinaShell.Quote(few)})", 1),
            Listing(context, List, $"@(Get-MinaBackup -Path {MinaShell.Quote(many)})", Backups),
            Listing(context, FirstOfList, $"@(Get-MinaBackup -Path {MinaShell.Quote(many)} | . {{ process {{ $watch.Stop(); $_ }} }})", Backups),
        ];
        if (Tooling.Find("pwsh") is { } pwsh)
        {
            contestants.Insert(2, Start(context, "pwsh, bare", pwsh, ["-NoProfile", "-NonInteractive", "-Command", "$null"]));
            contestants.Insert(3, Start(context, "pwsh, Import-Module", pwsh, ["-NoProfile", "-NonInteractive", "-Command", import]));
        }

        var results = await Contest.RunAsync(contestants, context.Rounds * RunsPerRound, cancellationToken);
        return new GroupResult(Name, results, ["Seconds of lists are in the column \"command\"; the whole process includes the shell's start."]);
    }

    private static Contestant Start(GroupContext context, string name, string program, IReadOnlyList<string> arguments) => new(
        name,
        // As it is typed in the repository, wherever that lies.
        string.Join(' ', arguments.Prepend(Path.GetFileName(program))).Replace(context.Site.Root + Path.DirectorySeparatorChar, string.Empty, StringComparison.Ordinal),
        async token => (await context.Site.Program(program, arguments).MeasureAsync(null, token)).Cost);

    private static Contestant Listing(GroupContext context, string name, string command, int expected) => new(name, command, async token =>
    {
        var run = await context.Mina.MeasureAsync(command, "Tell 'Count' $result.Count", [], token);
        return run.Figures["Count"] == expected ? run : throw new BenchmarkException($"{command} gave {run.Figures["Count"]} backups instead of {expected}.");
    });
}
