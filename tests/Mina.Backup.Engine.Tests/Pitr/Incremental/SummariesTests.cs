using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Engine.Tests.Wal;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Pitr.Incremental;

/// <summary>Archiving that is set up together with the notes of changed blocks.</summary>
public sealed class SummariesTests
{
    [Fact]
    public async Task Enable_has_the_server_note_which_blocks_change_and_disable_undoes_it_whoever_was_asked_meanwhile()
    {
        await using var site = await PitrSite.StartAsync(
            new Dictionary<string, string> { ["archive_command"] = "" }, programs: NewerServer.RequirePrograms());
        var engine = new WalEngine(site.Environment, TimeProvider.System);
        var request = new WalArchivingRequest { Database = site.Source.Target.ToUri(), SummarizeWal = true };

        var enabled = await engine.EnableArchivingAsync(request, site.Observer, PitrSite.Cancel);
        var setting = Assert.Single(enabled.Settings, setting => setting.Name == "summarize_wal");
        Assert.Equal(("off", "on", true, false), (setting.Current, setting.Wanted, setting.Changes, setting.NeedsRestart));
        Assert.Equal("on", await site.ValueAsync("SHOW summarize_wal"));
        await engine.EnableArchivingAsync(request with { SummarizeWal = false }, site.Observer, PitrSite.Cancel);
        Assert.Equal("on", await site.ValueAsync("SHOW summarize_wal"));

        await engine.DisableArchivingAsync(request with { SummarizeWal = false }, site.Observer, PitrSite.Cancel);
        Assert.Equal("off", await site.ValueAsync("SHOW summarize_wal"));
    }

    [Fact]
    public async Task A_server_that_cannot_is_refused_before_anything_is_set()
    {
        await using var server = await WalServer.StartAsync();
        Assert.SkipWhen(await server.ScalarAsync<int>("SELECT current_setting('server_version_num')::int") >= 170000, "The machine's own server is not old.");

        var error = await Assert.ThrowsAsync<ServerException>(
            () => server.Engine.EnableArchivingAsync(new WalArchivingRequest { SummarizeWal = true }, server.Observer, WalServer.Cancel));

        Assert.Equal("IncrementalNotSupported", error.ErrorId);
        Assert.Equal("off", await server.ScalarAsync<string>("SHOW archive_mode"));
    }
}
