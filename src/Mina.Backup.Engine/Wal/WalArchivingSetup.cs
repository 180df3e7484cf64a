using System.Globalization;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>The settings that archiving into one spool needs, against what a server has.</summary>
internal sealed class WalArchivingSetup(WalArchivingRequest request, WalArchivePlace place, string server, HostAccount? account)
{
    /// <summary>Name of the setting that runs the script.</summary>
    public const string Command = "archive_command";

    /// <summary>Name of the setting that has the server note which blocks change.</summary>
    public const string Summaries = "summarize_wal";

    private const string Level = "wal_level";
    private const string Mode = "archive_mode";
    private const string Timeout = "archive_timeout";
    private const string Library = "archive_library";

    /// <summary>All settings that may be touched.</summary>
    public static IReadOnlyList<string> Names { get; } = [Level, Mode, Library, Command, Timeout, Summaries];

    /// <summary>The server, as an operator names it.</summary>
    public string Server => server;

    /// <summary>Archive and spool.</summary>
    public WalArchivePlace Place => place;

    /// <summary>The spool on the server's host.</summary>
    public WalSpoolSetup Spool { get; } = new(place.RequiredSpool, account);

    /// <summary>A value as it is compared and shown: the server writes an empty command as <c>(disabled)</c>, and times with a unit or without.</summary>
    public static string Normalize(string name, string value) => name switch
    {
        Command when value == "(disabled)" => "",
        Timeout => Seconds(value),
        _ => value,
    };

    /// <summary>Whether the server works with a value that needs no restart; the command it shows only while archive_mode is on.</summary>
    public static bool IsApplied(WalSetting setting, ServerSettings settings) =>
        Normalize(setting.Name, settings.Effective(setting.Name)) == setting.Wanted
        || (setting.Name == Command && settings.Effective(Mode) == "off" && (settings.Configured(Command) ?? "") == setting.Wanted);

    /// <summary>What has to be set.</summary>
    /// <exception cref="ServerException"><c>ArchivingTaken</c>, <c>SettingNotApplied</c>, <c>IncrementalNotSupported</c>.</exception>
    public IReadOnlyList<WalSetting> Plan(ServerSettings settings)
    {
        List<WalSetting> plan =
        [
            Setting(settings, Level, settings.Effective(Level) == "minimal" ? "replica" : settings.Effective(Level)),
            Setting(settings, Mode, settings.Effective(Mode) == "off" ? "on" : settings.Effective(Mode)),
        ];
        var wanted = WalScript.Command(Spool.ScriptPath);
        RefuseOthers(settings, wanted);
        if (settings.Effective(Library).Length > 0)
        {
            plan.Add(Setting(settings, Library, ""));
        }

        plan.Add(Setting(settings, Command, wanted));
        plan.Add(Setting(settings, Timeout, ArchiveTimeout(settings)));
        if (request.SummarizeWal)
        {
            plan.Add(settings.Effective(Summaries).Length > 0 ? Setting(settings, Summaries, "on") : throw WalSetupErrors.NoSummaries(server));
        }

        foreach (var setting in plan.Where(setting => setting.Current != setting.Wanted && settings.IsFromCommandLine(setting.Name)))
        {
            throw WalSetupErrors.NotApplied(server, setting.Name, "it was given on the server's command line, which overrules what ALTER SYSTEM sets");
        }

        // Since PostgreSQL 17, for servers whose configuration something else writes.
        if (settings.Effective("allow_alter_system") == "off" && plan.FirstOrDefault(setting => setting.Changes) is { } change)
        {
            throw WalSetupErrors.NotApplied(
                server,
                change.Name,
                "its allow_alter_system is off, so only its configuration files can set it",
                $"Set these where the server's configuration is kept, restart it, and run this again: {string.Join(", ", plan.Where(setting => setting.Changes).Select(setting => $"{setting.Name} = {SqlText.Literal(setting.Wanted)}"))}. Or stream with Start-MinaWalReceiver.");
        }

        return plan;
    }

    /// <summary>The result for the operator.</summary>
    public WalArchivingInfo Describe(IReadOnlyList<WalSetting> settings, bool enabled) => new()
    {
        Server = server,
        Enabled = enabled,
        ArchivePath = place.Location,
        SpoolPath = place.RequiredSpool,
        ScriptPath = Spool.ScriptPath,
        ServerAccount = account?.Name,
        Settings = settings,
        SpooledFiles = new WalSpool(place.RequiredSpool).List().Count,
    };

    private static WalSetting Setting(ServerSettings settings, string name, string wanted)
    {
        var current = Normalize(name, settings.Effective(name));
        var written = settings.Configured(name) is { } value ? Normalize(name, value) : null;
        return new WalSetting
        {
            Name = name,
            Current = current,
            Wanted = wanted,
            NeedsRestart = settings.NeedsRestart(name),
            Changes = current == wanted ? written is not null && written != wanted : written != wanted,
        };
    }

    private void RefuseOthers(ServerSettings settings, string wanted)
    {
        if (request.Force)
        {
            return;
        }

        if (settings.Effective(Library) is { Length: > 0 } library)
        {
            throw WalSetupErrors.Taken(server, $"archive_library is '{library}'");
        }

        // Without archive_mode the server does not show the command; what is written down counts then.
        var command = Normalize(Command, settings.Effective(Command));
        command = command.Length > 0 ? command : settings.Configured(Command) ?? "";
        if (command.Length > 0 && command != wanted && !command.Contains(WalScript.FileName, StringComparison.Ordinal))
        {
            throw WalSetupErrors.Taken(server, $"archive_command is '{command}'");
        }
    }

    /// <summary>The time asked for, or the server's own when that is shorter.</summary>
    private string ArchiveTimeout(ServerSettings settings)
    {
        var asked = (long)Math.Max(1, request.ArchiveTimeout.TotalSeconds);
        var current = long.Parse(Seconds(settings.Effective(Timeout)), CultureInfo.InvariantCulture);
        return (current > 0 && current < asked ? current : asked).ToString(CultureInfo.InvariantCulture);
    }

    private static string Seconds(string value)
    {
        var digits = value.TakeWhile(char.IsAsciiDigit).Count();
        var number = digits == 0 ? 0 : long.Parse(value.AsSpan(0, digits), CultureInfo.InvariantCulture);
        var factor = value[digits..].Trim() switch { "min" => 60, "h" => 3600, "d" => 86400, _ => 1 };
        return (number * factor).ToString(CultureInfo.InvariantCulture);
    }
}
