using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Mina.Backup.Engine.Pitr.Neon;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;
using Mina.Backup.NeonStandIn;

namespace Mina.Backup.Engine.Tests.Pitr.Neon;

/// <summary>Branches of a project, as the API's contract has them; the servers behind them are left out.</summary>
public sealed class NeonBranchTests
{
    private static readonly StandInOptions Several = new()
    {
        Databases = [("old", "keeper"), ("neondb", "neondb_owner"), ("mina", "mina_owner")],
        Roles = [("keeper", "npg_first0password"), ("neondb_owner", "npg_second0password"), ("mina_owner", "npg_third0password")],
    };

    [Fact]
    public async Task A_branch_has_a_name_of_its_own_a_compute_and_both_connection_strings()
    {
        await using var scene = await NeonScene.StartAsync();
        var branch = await scene.CreateAsync();

        Assert.Matches("^pitr-restore-[0-9]{8}-[0-9]{6}$", branch.Name);
        Assert.Equal((PitrProvider.Neon, PitrBranchState.Ready, "main", true), (branch.Provider, branch.State, branch.Parent, branch.IsOwn));
        Assert.Matches("^postgresql://neondb_owner:npg_password0of1owner@ep-calm-[0-9]+\\.eu-central-1\\.aws\\.neon\\.tech:5432/neondb\\?.*sslmode=require", branch.ConnectionUri);
        Assert.Equal(branch.ConnectionUri!.Replace(".eu-central-1", "-pooler.eu-central-1", StringComparison.Ordinal), branch.PooledConnectionUri);
        Assert.Equal(("neondb", "neondb_owner", "15"), (branch.Database, branch.Username, branch.ServerVersion));
        Assert.All(scene.StandIn.Agents, agent => Assert.StartsWith("Mina.Backup/", agent, StringComparison.Ordinal));

        // What was asked for is still known where only the project knows it.
        var found = Assert.Single(await scene.ListAsync(branch.Name));
        Assert.Equal((branch.ConnectionUri, branch.PooledConnectionUri, branch.Target, true), (found.ConnectionUri, found.PooledConnectionUri, found.Target, found.IsOwn));
        Assert.NotNull(found.Reached);
        var removed = await scene.RemoveAsync(branch.Name);
        Assert.Equal((branch.Name, PitrProvider.Neon), (removed.Name, removed.Provider));
        Assert.Equal(["main"], scene.StandIn.Project.Branches.Select(left => left.Name));
    }

    [Fact]
    public async Task A_creation_costs_six_requests_and_one_more_a_second_and_less_than_a_second()
    {
        // Once just before a look at the operations, and once just behind one: the longest wait that looks a second apart can add.
        foreach (var (options, seconds) in new[] { (Several, 2.1), (new StandInOptions(), 2.1), (Several, 1.35), (new StandInOptions(), 1.35) })
        {
            await using var scene = await NeonScene.StartAsync(options with { Servers = new NoServers { Duration = TimeSpan.FromSeconds(seconds) } });
            scene.Times = new NeonTimes();
            await scene.ListAsync();
            var before = scene.StandIn.Requests.Count;
            var watch = Stopwatch.StartNew();
            await scene.CreateAsync();
            watch.Stop();

            var requests = scene.StandIn.Requests.Count - before;
            var (asked, done) = scene.StandIn.Project.LastCreation;
            var overhead = watch.Elapsed - (done - asked);
            TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{requests} requests, {watch.Elapsed.TotalSeconds:F2} s, of which {overhead.TotalSeconds:F2} s beyond the service's own time"));
            Assert.InRange(requests, 4, 6 + (int)watch.Elapsed.TotalSeconds);
        }
    }

    [Theory]
    [InlineData("2026-11-24T14:34:59.25Z", "2026-11-24T14:34:59.25Z")]
    [InlineData("2026-11-24T14:34:59.123456+01:00", "2026-11-24T13:34:59.123456Z")]
    [InlineData("2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00Z")]
    [InlineData("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00Z")]
    [InlineData("2026-11-24T00:00:00-05:30", "2026-11-24T05:30:00Z")]
    public async Task A_time_arrives_as_the_instant_that_it_is(string given, string sent)
    {
        await using var scene = await NeonScene.StartAsync(new StandInOptions { Retention = TimeSpan.FromDays(20000), CreatedAt = DateTimeOffset.UnixEpoch });
        var time = DateTimeOffset.Parse(given, CultureInfo.InvariantCulture);
        Assert.SkipWhen(time > DateTimeOffset.UtcNow, "The clock of this machine is behind the time.");
        await scene.CreateAsync(request => request with { Target = new PitrTarget { Kind = PitrTargetKind.Time, Time = time } });

        Assert.Equal(sent, Order(scene)["branch"]!["parent_timestamp"]!.GetValue<string>());
        Assert.Null(Order(scene)["branch"]!["parent_lsn"]);
    }

    [Fact]
    public async Task Places_in_the_log_and_the_latest_state_are_points_too()
    {
        await using var scene = await NeonScene.StartAsync();
        var lsn = new Lsn(0x16B374D848);
        var branch = await scene.CreateAsync(request => request with { Target = new PitrTarget { Kind = PitrTargetKind.Lsn, Lsn = lsn }, Name = "by lsn" });

        Assert.Equal("16/B374D848", Order(scene)["branch"]!["parent_lsn"]!.GetValue<string>());
        Assert.Equal(("by lsn", lsn), (branch.Name, branch.Reached!.Lsn));
        await scene.CreateAsync(request => request with { Target = new PitrTarget { Kind = PitrTargetKind.Latest } });
        Assert.Equal((true, true), (Order(scene)["branch"]!["parent_lsn"] is null, Order(scene)["branch"]!["parent_timestamp"] is null));
    }

    [Fact]
    public async Task Times_outside_the_history_are_refused_with_the_earliest_one()
    {
        await using var scene = await NeonScene.StartAsync();
        var old = await scene.FailAsync<CatalogException>(ErrorCatalog.PointOutsideHistory, () => scene.CreateAsync(request => request with { Target = Time(DateTimeOffset.UtcNow.AddDays(-7).AddMinutes(-1)) }));
        Assert.Contains("7 days", old.Message, StringComparison.Ordinal);

        var born = DateTimeOffset.UtcNow.AddHours(-3);
        scene.StandIn.Project.Add("young", change: branch => branch.CreatedAt = born);
        var young = await scene.FailAsync<CatalogException>(
            ErrorCatalog.PointOutsideHistory, () => scene.CreateAsync(request => request with { Parent = "young", Target = Time(born.AddSeconds(-1)) }));
        Assert.Contains(born.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), young.Message, StringComparison.Ordinal);
        await scene.FailAsync<ConfigurationException>(ErrorCatalog.PointInFuture, () => scene.CreateAsync(request => request with { Target = Time(DateTimeOffset.UtcNow.AddMinutes(1)) }));
        Assert.Equal(0, scene.StandIn.Count("CreateBranch"));

        var made = await scene.CreateAsync(request => request with { Parent = "young", Target = Time(born.AddSeconds(1)) });
        Assert.Equal("young", made.Parent);
        var window = (await new WalEngine(scene.Environment, TimeProvider.System).DescribeAsync(new Mina.Backup.Engine.Wal.WalStatusRequest(), scene.Observer, NeonScene.Token)).Window!;
        Assert.InRange(window.FromTime!.Value, DateTimeOffset.UtcNow.AddDays(-7).AddMinutes(-1), DateTimeOffset.UtcNow.AddDays(-7));
    }

    [Fact]
    public async Task Databases_and_roles_are_chosen_where_there_are_several()
    {
        await using var scene = await NeonScene.StartAsync(Several);
        Assert.Equal(("old", "keeper"), Login(await scene.CreateAsync()));
        Assert.Equal(("mina", "mina_owner"), Login(await scene.CreateAsync(request => request with { Database = "mina", Name = "mina" })));
        Assert.Equal(("mina", "keeper"), Login(await scene.CreateAsync(request => request with { Database = "mina", RoleName = "keeper", Name = "kept" })));
        Assert.Equal(("mina", "keeper"), Login(Assert.Single(await scene.ListAsync("kept"))));
        scene.Set("DATABASE_URL", "postgresql://me@live.example/neondb");
        Assert.Equal(("neondb", "neondb_owner"), Login(await scene.CreateAsync(request => request with { Name = "as live" })));

        var count = scene.StandIn.Project.Branches.Count;
        var missing = await scene.FailAsync<CatalogException>(ErrorCatalog.DatabaseNotFound, () => scene.CreateAsync(request => request with { Database = "nowhere" }));
        Assert.Contains("nowhere", missing.Message, StringComparison.Ordinal);
        await scene.FailAsync<CatalogException>(ErrorCatalog.BranchRoleNotFound, () => scene.CreateAsync(request => request with { RoleName = "nobody" }));
        Assert.Equal(count, scene.StandIn.Project.Branches.Count);
    }

    [Fact]
    public async Task Without_compute_nobody_connects_and_a_reading_compute_only_reads()
    {
        await using var scene = await NeonScene.StartAsync();
        var bare = await scene.CreateAsync(request => request with { NoCompute = true, Name = "bare" });
        Assert.Equal((PitrBranchState.Stopped, null, null), (bare.State, bare.ConnectionUri, bare.Host));
        Assert.Null(Order(scene)["endpoints"]);
        await scene.FailAsync<CatalogException>(ErrorCatalog.BranchNotServing, () => scene.RunAsync((branches, context) => branches.FindServingAsync("bare", context, NeonScene.Token)));

        var reading = await scene.CreateAsync(request => request with { ReadOnly = true, Name = "reading" });
        Assert.Equal((true, "read_only"), (reading.ReadOnly, Order(scene)["endpoints"]![0]!["type"]!.GetValue<string>()));
        Assert.Equal(reading.ConnectionUri, Assert.Single(await scene.ListAsync("reading")).ConnectionUri);
    }

    [Fact]
    public async Task Neon_lets_branches_expire_or_says_that_it_does_not()
    {
        await using (var scene = await NeonScene.StartAsync())
        {
            var before = DateTimeOffset.UtcNow.AddHours(8);
            var branch = await scene.CreateAsync(request => request with { ExpiresIn = TimeSpan.FromHours(8) });
            Assert.InRange(branch.ExpiresAt!.Value, before, before.AddSeconds(30));
            Assert.Empty(scene.Observer.Warnings);
        }

        await using var without = await NeonScene.StartAsync(new StandInOptions { Expires = false });
        Assert.Null((await without.CreateAsync(request => request with { ExpiresIn = TimeSpan.FromHours(8) })).ExpiresAt);
        Assert.Contains("will not expire", Assert.Single(without.Observer.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_branches_of_all_pages_are_listed_with_what_they_are()
    {
        await using var scene = await NeonScene.StartAsync(new StandInOptions { PageSize = 2 });
        scene.StandIn.Project.Add("guarded", change: branch => branch.IsProtected = true);
        scene.StandIn.Project.Add("future", change: branch => branch.State = "levitating");
        scene.StandIn.Project.Add("old", change: branch => branch.State = "archived");
        scene.StandIn.Project.Add("reset", change: branch => branch.State = "resetting");
        var own = await scene.CreateAsync();

        var listed = (await scene.ListAsync()).ToDictionary(branch => branch.Name);
        Assert.Equal(6, listed.Count);
        Assert.Equal((true, false, null), (listed["main"].IsDefault, listed["main"].IsOwn, listed["main"].Parent));
        Assert.Equal((true, "main"), (listed["guarded"].IsProtected, listed["guarded"].Parent));
        Assert.Equal(
            (PitrBranchState.Unknown, PitrBranchState.Archived, PitrBranchState.Resetting), (listed["future"].State, listed["old"].State, listed["reset"].State));
        Assert.Equal((true, null), (listed[own.Name].IsOwn, listed[own.Name].ConnectionUri));
        Assert.Equal([own.Name], (await scene.ListAsync("pitr-*")).Select(branch => branch.Name));
        // Of the last page, too, a name is taken.
        await scene.FailAsync<CatalogException>(ErrorCatalog.BranchExists, () => scene.CreateAsync(request => request with { Name = own.Name }));
    }

    [Fact]
    public async Task What_must_stay_is_refused_and_nothing_asked_of_Neon()
    {
        await using var scene = await NeonScene.StartAsync();
        var guarded = scene.StandIn.Project.Add("guarded", change: branch => branch.IsProtected = true);
        scene.StandIn.Project.Add("child", guarded);
        var other = scene.StandIn.Project.Add("somebody's");

        var root = await scene.FailAsync<CatalogException>(ErrorCatalog.BranchProtected, () => scene.RemoveAsync("main", force: true));
        Assert.Contains("root branch; it is the project's default branch; branches were made from it: guarded", root.Message, StringComparison.Ordinal);
        var both = await scene.FailAsync<CatalogException>(ErrorCatalog.BranchProtected, () => scene.RemoveAsync("guarded", force: true));
        Assert.Contains("it is protected; branches were made from it: child", both.Message, StringComparison.Ordinal);
        await scene.FailAsync<CatalogException>(ErrorCatalog.BranchNotOurs, () => scene.RemoveAsync(other.Name));
        await scene.FailAsync<CatalogException>(ErrorCatalog.BranchNotFound, () => scene.RemoveAsync("nobody"));
        Assert.Equal(0, scene.StandIn.Count("DeleteBranch"));

        await scene.RemoveAsync(other.Name, force: true);
        Assert.DoesNotContain(other, scene.StandIn.Project.Branches);
    }

    [Fact]
    public async Task A_point_goes_live_in_place_or_the_branch_as_the_default()
    {
        await using var scene = await NeonScene.StartAsync();
        var branch = await scene.CreateAsync();
        var inPlace = await scene.SwitchAsync(branch.Name, PitrSwitchMethod.InPlace);

        var order = JsonNode.Parse(scene.StandIn.Requests.Last(request => request.Call == "RestoreBranch").Body)!;
        Assert.Equal((scene.StandIn.Project.Root.Id, "0/1DE2850"), (order["source_branch_id"]!.GetValue<string>(), order["source_lsn"]!.GetValue<string>()));
        Assert.Matches("^main-before-[0-9]{8}-[0-9]{6}$", inPlace.PreservedBranch);
        Assert.Equal(("main", PitrSwitchMethod.InPlace), (inPlace.DefaultBranch, inPlace.Method));
        Assert.Equal(("main", null), Assert.Single(inPlace.Connections) is var kept ? (kept.LeadsTo, kept.ReplaceBy) : default);

        var second = await scene.CreateAsync(request => request with { Name = "second" });
        var asDefault = await scene.SwitchAsync("second", PitrSwitchMethod.SetAsDefault);
        Assert.Equal(("second", "main"), (asDefault.DefaultBranch, asDefault.PreservedBranch));
        var change = Assert.Single(asDefault.Connections);
        Assert.Equal(("main", second.Host), (change.LeadsTo, change.ReplaceBy));
        Assert.Equal("second", Assert.Single(await scene.ListAsync(), listed => listed.IsDefault).Name);

        await scene.CreateAsync(request => request with { Name = "bare", NoCompute = true, Target = new PitrTarget { Kind = PitrTargetKind.Latest } });
        await scene.FailAsync<CatalogException>(ErrorCatalog.BranchNotServing, () => scene.SwitchAsync("bare", PitrSwitchMethod.SetAsDefault));
        await scene.CreateAsync(request => request with { Name = "reading", ReadOnly = true, Target = new PitrTarget { Kind = PitrTargetKind.Latest } });
        var reading = await scene.FailAsync<CatalogException>(ErrorCatalog.BranchNotServing, () => scene.SwitchAsync("reading", PitrSwitchMethod.SetAsDefault));
        Assert.Contains("only a compute that reads", reading.Message, StringComparison.Ordinal);
        await scene.CreateAsync(request => request with { Name = "passing", ExpiresIn = TimeSpan.FromHours(8), Target = new PitrTarget { Kind = PitrTargetKind.Latest } });
        var passing = await scene.FailAsync<CatalogException>(ErrorCatalog.BranchProtected, () => scene.SwitchAsync("passing", PitrSwitchMethod.SetAsDefault));
        Assert.Contains("expires at", passing.Message, StringComparison.Ordinal);
        await scene.FailAsync<CatalogException>(ErrorCatalog.BranchExists, () => scene.SwitchAsync("bare", PitrSwitchMethod.InPlace, "main"));
        await scene.FailAsync<ConfigurationException>(ErrorCatalog.OptionConflict, () => scene.SwitchAsync("second", PitrSwitchMethod.InPlace));
        await scene.FailAsync<CatalogException>(ErrorCatalog.BranchNotFound, () => scene.SwitchAsync("nobody", PitrSwitchMethod.InPlace));
    }

    [Fact]
    public async Task What_only_the_other_provider_has_is_refused_by_name()
    {
        await using var scene = await NeonScene.StartAsync();
        var refused = await scene.FailAsync<ConfigurationException>(
            ErrorCatalog.BranchOptionNotSupported,
            () => scene.CreateAsync(request => request with { Target = request.Target with { Inclusive = true }, Location = "/somewhere", Settings = new Dictionary<string, string> { ["a"] = "b" } }));
        Assert.Contains("-Inclusive, -BranchPath, -Setting", refused.Message, StringComparison.Ordinal);
        await scene.FailAsync<ConfigurationException>(
            ErrorCatalog.BranchOptionNotSupported, () => scene.CreateAsync(request => request with { Target = new PitrTarget { Kind = PitrTargetKind.Xid, Xid = 4711 } }));

        var find = await scene.FailAsync<CatalogException>(
            ErrorCatalog.TransactionsNotSupported, () => new RowRecoveryEngine(scene.Environment, TimeProvider.System).FindAsync(new FindTransactionRequest(), scene.Observer, NeonScene.Token));
        Assert.Contains("-At", find.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(scene.StandIn.Requests);
    }

    [Theory]
    [InlineData(null, null, PitrProvider.Neon)]
    [InlineData(null, "/srv/archive", PitrProvider.Local)]
    [InlineData(PitrProvider.Local, null, PitrProvider.Local)]
    [InlineData(PitrProvider.Neon, "/srv/archive", PitrProvider.Neon)]
    public void What_was_given_decides_whose_branches_are_meant_and_then_what_is_set_up(PitrProvider? given, string? archive, PitrProvider meant)
    {
        using var machine = new Support.TestMachine();
        machine.Set("MINA_WAL_ARCHIVE", "/srv/wal");
        Assert.Equal(given ?? PitrProvider.Local, Engine.Pitr.PitrProviderChoice.Resolve(given, archive, machine.Environment));
        machine.Set("NEON_API_KEY", "napi_key").Set("NEON_PROJECT_ID", "quiet-forest-1");
        Assert.Equal(meant, Engine.Pitr.PitrProviderChoice.Resolve(given, archive, machine.Environment));
    }

    [Theory]
    [InlineData("NEON_API_HOST", "ftp://console.neon.tech", "NeonAddressInvalid")]
    [InlineData("NEON_API_HOST", "http://console.neon.tech", "NeonAddressInvalid")]
    [InlineData("NEON_API_HOST", "console.neon.tech", "NeonAddressInvalid")]
    [InlineData("NEON_API_KEY", null, "NeonNotConfigured")]
    [InlineData("NEON_API_KEY", "two\nlines", "NeonNotConfigured")]
    [InlineData("NEON_PROJECT_ID", "../other", "NeonNotConfigured")]
    public void Settings_that_are_none_are_refused(string variable, string? value, string error)
    {
        using var machine = new Support.TestMachine();
        machine.Set("NEON_API_KEY", "napi_key").Set("NEON_PROJECT_ID", "quiet-forest-1").Set(variable, value);
        var refused = Assert.Throws<ConfigurationException>(() => NeonAccess.Resolve(machine.Environment));

        Assert.Equal(error, refused.ErrorId);
        Assert.Contains(variable, refused.Message + refused.Target, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "https://console.neon.tech/api/v2/")]
    [InlineData("https://api.example:8443", "https://api.example:8443/api/v2/")]
    [InlineData("https://api.example/neon/v2", "https://api.example/neon/v2/")]
    [InlineData("http://127.0.0.1:5000/", "http://127.0.0.1:5000/api/v2/")]
    public void The_address_has_the_usual_path_unless_it_has_one_of_its_own(string? host, string address)
    {
        using var machine = new Support.TestMachine();
        machine.Set("NEON_API_KEY", "napi_key").Set("NEON_PROJECT_ID", "quiet-forest-1").Set("NEON_API_HOST", host);

        Assert.Equal(address, NeonAccess.Resolve(machine.Environment).Address.AbsoluteUri);
    }

    private static PitrTarget Time(DateTimeOffset time) => new() { Kind = PitrTargetKind.Time, Time = time };

    private static (string?, string?) Login(PitrBranch branch)
    {
        var user = new Uri(branch.ConnectionUri!).UserInfo.Split(':')[0];
        Assert.Equal(branch.Username, user);
        return (branch.Database, branch.Username);
    }

    private static JsonNode Order(NeonScene scene) => JsonNode.Parse(scene.StandIn.Requests.Last(request => request.Call == "CreateBranch").Body)!;
}
