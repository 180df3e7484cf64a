using System.Globalization;
using System.Text;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Postgres;

/// <summary>
/// Finds PostgreSQL's programs: in <c>MINA_PG_BIN</c> alone when it is set, else on the PATH and where packages install them.
/// Of several versions the server's own major is taken (a newer pg_dump writes settings that an older server refuses), else the next newer one.
/// </summary>
public sealed class ClientTools
{
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(10);

    private readonly HostEnvironment env;
    private readonly TimeSpan patience;

    /// <summary>Creates a finder for a machine.</summary>
    /// <param name="env">The machine.</param>
    /// <param name="patience">How long a program may take to tell its version; 10 seconds by default.</param>
    public ClientTools(HostEnvironment env, TimeSpan? patience = null)
    {
        this.env = env;
        this.patience = patience ?? DefaultPatience;
    }

    /// <summary>Finds a program.</summary>
    /// <param name="program">Its name without extension.</param>
    /// <param name="minimumMajor">Major version that it must have at least, and should have; 0 takes the newest.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="ToolException"><c>ToolMissing</c>, <c>ToolTooOld</c>.</exception>
    public async Task<ClientTool> FindAsync(string program, int minimumMajor, CancellationToken cancellationToken)
    {
        var found = new List<ClientTool>();
        var unusable = new List<string>();
        foreach (var path in Candidates(program))
        {
            try
            {
                found.Add(await ReadAsync(program, path, cancellationToken));
            }
            catch (ToolException problem) when (problem.Definition == ErrorCatalog.ToolMissing)
            {
                // Another one may run here; if none does, the reasons are told.
                unusable.Add(problem.Message);
            }
        }

        if (found.Count == 0)
        {
            var place = env.Variable("MINA_PG_BIN") is { } folder ? $"in MINA_PG_BIN ({folder})" : "on this machine";
            var text = unusable.Count == 0 ? $"{program} was not found {place}." : $"No {program} {place} can be used: {string.Join(' ', unusable)}";
            throw new ToolException(ErrorCatalog.ToolMissing, text, new ErrorContext { Target = program });
        }

        // The list starts with the preferred places, and sorting is stable.
        var fitting = found.Where(tool => tool.Version.Major >= minimumMajor);
        var choice = minimumMajor == 0
            ? fitting.OrderByDescending(tool => tool.Version.Major).First()
            : fitting.OrderBy(tool => tool.Version.Major).FirstOrDefault();
        return choice ?? throw TooOld(program, minimumMajor, found.MaxBy(tool => tool.Version)!);
    }

    private static ToolException TooOld(string program, int minimumMajor, ClientTool newest) => new(
        ErrorCatalog.ToolTooOld,
        $"{newest.Path} is version {newest.VersionText}, and the server is version {minimumMajor.ToString(CultureInfo.InvariantCulture)}.",
        new ErrorContext
        {
            Target = program,
            Action = $"Install {program} {minimumMajor.ToString(CultureInfo.InvariantCulture)} or newer, or set MINA_PG_BIN to its folder.",
        });

    private async Task<ClientTool> ReadAsync(string program, string path, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            await using var process = ToolProcess.Start(new ClientTool(program, path, new Version(0, 0)), ["--version"], new Dictionary<string, string>(), limit.Token);
            await process.StandardInput.DisposeAsync();
            using var reader = new StreamReader(process.StandardOutput, Encoding.UTF8);
            var output = await reader.ReadToEndAsync(limit.Token);
            var exit = await process.WaitAsync(limit.Token);
            return exit.Code == 0
                ? Read(program, path, output) ?? throw Unusable(program, $"{path} --version says no version.")
                : throw Unusable(program, $"{path} --version ended with status {exit.Code.ToString(CultureInfo.InvariantCulture)}.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unusable(program, $"{path} --version gave no answer within {patience.TotalSeconds.ToString(CultureInfo.InvariantCulture)} seconds.");
        }
    }

    private static ToolException Unusable(string program, string text) => new(ErrorCatalog.ToolMissing, text, new ErrorContext { Target = program });

    // "pg_dump (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)", "postgres (PostgreSQL) 18beta1".
    private static ClientTool? Read(string program, string path, string output)
    {
        var end = output.IndexOf(") ", StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var text = output[(end + 2)..].Split(' ', '\n', '\r')[0];
        var digits = text.TakeWhile(character => char.IsAsciiDigit(character)).Count();
        if (!int.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var major))
        {
            return null;
        }

        var rest = text[digits..].TrimStart('.');
        _ = int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var minor);
        return new ClientTool(program, path, new Version(major, minor)) { VersionText = text };
    }

    private IEnumerable<string> Candidates(string program)
    {
        var file = OperatingSystem.IsWindows() ? program + ".exe" : program;
        var folders = env.Variable("MINA_PG_BIN") is { } own ? [own] : PackageFolders().Concat(SearchPath());
        return folders
            .Select(folder => Path.Combine(folder, file))
            .Where(File.Exists)
            .Distinct(StringComparer.Ordinal);
    }

    private string[] SearchPath() =>
        (env.Variable("PATH") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> PackageFolders()
    {
        (string Parent, string Pattern, string Below)[] places = OperatingSystem.IsWindows()
            ? [(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"), "*", "bin")]
            :
            [
                ("/usr/lib/postgresql", "*", "bin"),
                ("/usr", "pgsql-*", "bin"),
                ("/opt/homebrew/opt", "postgresql@*", "bin"),
                ("/opt/homebrew/opt", "libpq", "bin"),
                ("/usr/local/opt", "postgresql@*", "bin"),
                ("/usr/local/opt", "libpq", "bin"),
                ("/Applications/Postgres.app/Contents/Versions", "*", "bin"),
                ("/usr/local", "pgsql", "bin"),
            ];
        return places
            .Where(place => Directory.Exists(place.Parent))
            .SelectMany(place => Directory.EnumerateDirectories(place.Parent, place.Pattern)
                .Select(folder => Path.Combine(folder, place.Below)));
    }
}
