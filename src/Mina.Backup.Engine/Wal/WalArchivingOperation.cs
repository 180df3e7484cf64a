using System.Net.Sockets;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Wal;

/// <summary>Sets up, and undoes, archiving by the server itself: <c>archive_command</c> into a spool on the server's host.</summary>
internal sealed class WalArchivingOperation(WalArchivingRequest request, RunContext context)
{
    private const int ReloadAttempts = 100;
    private static readonly TimeSpan ReloadPause = TimeSpan.FromMilliseconds(100);

    /// <summary>What Enable would set; nothing is changed.</summary>
    public Task<WalArchivingInfo> PlanAsync(CancellationToken cancellationToken) =>
        WithServerAsync(async (setup, connection) =>
        {
            var settings = await ServerSettings.ReadAsync(connection, cancellationToken);
            return setup.Describe(setup.Plan(settings), enabled: true);
        }, cancellationToken);

    /// <summary>Makes the spool and the script, proves them, and sets the server up.</summary>
    public Task<WalArchivingInfo> EnableAsync(CancellationToken cancellationToken) =>
        WithServerAsync(async (setup, connection) =>
        {
            var before = await ServerSettings.ReadAsync(connection, cancellationToken);
            var plan = setup.Plan(before);
            await setup.Spool.InstallAsync(cancellationToken);
            var earlier = WalArchivingRecord.Read(setup.Place.RequiredSpool);
            // First the record, then the settings: an interruption in between leaves more to undo than was done, never less.
            var recorded = plan.Select(setting => Record(setting, before, earlier)).OfType<WalRecordedSetting>();
            // What only an earlier Enable was asked to set is still to be undone.
            var kept = earlier?.Settings.Where(set => !plan.Any(setting => setting.Name == set.Name)) ?? [];
            setup.Spool.Remember(new WalArchivingRecord([.. recorded, .. kept]));
            foreach (var setting in plan.Where(setting => setting.Changes))
            {
                await ExecuteAsync(connection, $"ALTER SYSTEM SET {setting.Name} = {SqlText.Literal(setting.Wanted)}", cancellationToken);
                context.Verbose($"Set {setting.Name} = '{setting.Wanted}'.");
            }

            await ReloadAsync(setup, connection, plan, cancellationToken);
            return setup.Describe(plan, enabled: true);
        }, cancellationToken);

    /// <summary>Gives back what Enable changed, as far as nobody has changed it since, and removes script and record.</summary>
    public Task<WalArchivingInfo> DisableAsync(CancellationToken cancellationToken) =>
        WithServerAsync(async (setup, connection) =>
        {
            var record = WalArchivingRecord.Read(setup.Place.RequiredSpool) ?? throw WalSetupErrors.NotEnabled(setup.Place.RequiredSpool);
            var settings = await ServerSettings.ReadAsync(connection, cancellationToken);
            List<WalSetting> undone = [];
            foreach (var set in record.Settings.Where(set => WalArchivingSetup.Names.Contains(set.Name, StringComparer.Ordinal)))
            {
                if (settings.Configured(set.Name) != set.Value)
                {
                    context.Warning($"{set.Name} was changed since archiving was set up and stays as it is.");
                    continue;
                }

                await ExecuteAsync(
                    connection,
                    set.Previous is { } previous ? $"ALTER SYSTEM SET {set.Name} = {SqlText.Literal(previous)}" : $"ALTER SYSTEM RESET {set.Name}",
                    cancellationToken);
                undone.Add(await FutureAsync(connection, set.Name, settings, cancellationToken));
            }

            await ReloadAsync(setup, connection, undone, cancellationToken);
            setup.Spool.Remove();
            var result = setup.Describe(undone, enabled: false);
            if (result.RestartNeeded && undone.Exists(setting => setting is { Name: WalArchivingSetup.Command, Wanted: "" }))
            {
                context.Warning("Until the server is restarted it keeps all WAL, as archive_mode is on and archive_command is empty.");
            }

            return result;
        }, cancellationToken);

    private static WalRecordedSetting? Record(WalSetting setting, ServerSettings before, WalArchivingRecord? earlier)
    {
        var known = earlier?.Find(setting.Name);
        if (!setting.Changes)
        {
            return known;
        }

        // What an earlier Enable set itself is not what was there before.
        var written = before.Configured(setting.Name);
        return new WalRecordedSetting(setting.Name, known is not null && known.Value == written ? known.Previous : written, setting.Wanted);
    }

    /// <summary>What a setting will be once the file is read again, as the server's own look at its files says.</summary>
    private static async Task<WalSetting> FutureAsync(NpgsqlConnection connection, string name, ServerSettings settings, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT coalesce(
                (SELECT setting FROM pg_catalog.pg_file_settings WHERE name = $1 ORDER BY seqno DESC LIMIT 1),
                (SELECT boot_val FROM pg_catalog.pg_settings WHERE name = $1))
            """;
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.AddWithValue(name);
        var wanted = await command.ExecuteScalarAsync(cancellationToken) as string ?? "";
        return new WalSetting
        {
            Name = name,
            Current = settings.Effective(name),
            Wanted = WalArchivingSetup.Normalize(name, wanted),
            NeedsRestart = settings.NeedsRestart(name),
            Changes = true,
        };
    }

    private static async Task ReloadAsync(WalArchivingSetup setup, NpgsqlConnection connection, IReadOnlyList<WalSetting> plan, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, "SELECT pg_catalog.pg_reload_conf()", cancellationToken);
        var expected = plan.Where(setting => !setting.NeedsRestart).ToList();
        for (var attempt = 1; ; attempt++)
        {
            var settings = await ServerSettings.ReadAsync(connection, cancellationToken);
            if (expected.Find(setting => !WalArchivingSetup.IsApplied(setting, settings)) is not { } late)
            {
                return;
            }

            if (attempt == ReloadAttempts)
            {
                throw WalSetupErrors.NotApplied(setup.Server, late.Name, $"its value is still '{settings.Effective(late.Name)}' after the configuration was read again");
            }

            await Task.Delay(ReloadPause, cancellationToken);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<WalArchivingInfo> WithServerAsync(
        Func<WalArchivingSetup, NpgsqlConnection, Task<WalArchivingInfo>> work, CancellationToken cancellationToken)
    {
        var place = WalArchivePlace.Resolve(request.ArchivePath, request.SpoolPath, context.Environment);
        var target = ConnectionTarget.Resolve(request.Database, context.Environment, ErrorCatalog.SourceNotGiven);
        context.Log.Redact(target.Password?.Reveal() ?? "");
        var host = new ServerHost(target);
        host.EnsureLocalAddress();
        await using var connection = await new PostgresConnector(target).OpenAsync(cancellationToken);
        try
        {
            var account = await host.FindAccountAsync(connection, cancellationToken);
            return await work(new WalArchivingSetup(request, place, target.Server, account), connection);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or SocketException)
        {
            throw PostgresErrors.Translate(e, "setting up WAL archiving", target.ToString());
        }
    }
}
