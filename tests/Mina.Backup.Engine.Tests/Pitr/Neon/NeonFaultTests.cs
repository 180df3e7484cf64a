using System.Globalization;
using Mina.Backup.Engine.Pitr.Neon;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;
using Mina.Backup.NeonStandIn;

namespace Mina.Backup.Engine.Tests.Pitr.Neon;

/// <summary>What goes wrong between us and the API, or in it: one clear error or the right result each, and never two branches.</summary>
public sealed class NeonFaultTests
{
    private const string Page = "<html><head><title>524: A timeout occurred</title></head><body>Cloudflare</body></html>";

    [Theory]
    [InlineData(423)]
    [InlineData(503)]
    [InlineData(429)]
    public async Task What_passes_is_waited_for_whatever_was_asked(int status)
    {
        await using var scene = await NeonScene.StartAsync();
        foreach (var call in (string[])["GetProject", "CreateBranch", "GetOperation"])
        {
            scene.StandIn.Faults.Enqueue(new Fault { Call = call, Kind = FaultKind.Refuse, Status = status, Times = 3 });
        }

        var branch = await scene.CreateAsync();
        scene.StandIn.Faults.Enqueue(new Fault { Call = "DeleteBranch", Kind = FaultKind.Refuse, Status = status, Times = 2 });
        await scene.RemoveAsync(branch.Name);
        Assert.Equal((4, 3), (scene.StandIn.Count("CreateBranch"), scene.StandIn.Count("DeleteBranch")));
        Assert.Contains(scene.Observer.Details, detail => detail.Contains(status.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Operations_under_way_lock_the_project_for_a_while()
    {
        await using var scene = await NeonScene.StartAsync(new StandInOptions { Servers = new NoServers { Duration = TimeSpan.FromMilliseconds(300) } });
        scene.Times = scene.Times with { LongestRetry = TimeSpan.FromMilliseconds(200) };
        await Task.WhenAll(scene.CreateAsync(request => request with { Name = "one" }), scene.CreateAsync(request => request with { Name = "two" }));

        Assert.Equal(["main", "one", "two"], scene.StandIn.Project.Branches.Select(branch => branch.Name).Order());
    }

    [Fact]
    public async Task Retry_After_is_kept_to_in_seconds_and_as_a_date()
    {
        // A date has whole seconds, so that of two seconds ahead asks for one at least, the time of the answer's way taken off.
        foreach (var (form, told) in new (Func<DateTimeOffset, string>, string)[] { (_ => "1", "in 1\\.0 s"), (now => now.AddSeconds(2).ToString("R", CultureInfo.InvariantCulture), "in (0\\.[89]|1\\.[0-9]|2\\.0) s") })
        {
            await using var scene = await NeonScene.StartAsync();
            scene.StandIn.Faults.Enqueue(new Fault { Call = "CreateBranch", Kind = FaultKind.Refuse, Status = 429, RetryAfter = form });
            await scene.CreateAsync();

            Assert.Matches($"answered 429 to creating branch .*; once more {told}", Assert.Single(scene.Observer.Details, detail => detail.Contains("once more", StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData("7", 7.0)]
    [InlineData("Tue, 01 Dec 2026 12:00:30 GMT", 30.0)]
    [InlineData("Tuesday, 01-Dec-26 12:00:30 GMT", 30.0)]
    [InlineData("99999999999999999999", 2147483647.0)]
    [InlineData("0", null)]
    [InlineData("Tue, 01 Dec 2026 11:59:00 GMT", null)]
    [InlineData("-5", null)]
    [InlineData("soon", null)]
    [InlineData("", null)]
    public void Only_a_wait_in_time_to_come_is_one(string header, double? seconds)
    {
        using var answer = new HttpResponseMessage();
        answer.Headers.TryAddWithoutValidation("Retry-After", header);

        Assert.Equal(seconds, NeonReply.ReadRetryAfter(answer.Headers, new DateTimeOffset(2026, 12, 1, 12, 0, 0, TimeSpan.Zero))?.TotalSeconds);
    }

    [Fact]
    public async Task What_does_not_pass_is_an_error_of_its_own()
    {
        await using var scene = await NeonScene.StartAsync();
        scene.StandIn.Faults.Enqueue(new Fault { Call = "CreateBranch", Kind = FaultKind.Refuse, Status = 429, Times = 99, RetryAfter = _ => "3600" });
        var limited = await scene.FailAsync<ServiceException>(ErrorCatalog.NeonRateLimited, () => scene.CreateAsync());
        Assert.Contains("3600 s", limited.Message, StringComparison.Ordinal);
        Assert.Equal(1, scene.StandIn.Count("CreateBranch"));

        scene.StandIn.Faults.Clear();
        scene.StandIn.Faults.Enqueue(new Fault { Call = "CreateBranch", Kind = FaultKind.Refuse, Status = 423, Times = 99 });
        await scene.FailAsync<ServiceException>(ErrorCatalog.NeonBusy, () => scene.CreateAsync());
        Assert.Equal(1 + 1 + scene.Times.BusyRetries, scene.StandIn.Count("CreateBranch"));
    }

    [Theory]
    [InlineData(FaultKind.DropAfter, 0)]
    [InlineData(FaultKind.DenyAfter, 524)]
    [InlineData(FaultKind.DenyAfter, 500)]
    [InlineData(FaultKind.DenyAfter, 201)]
    public async Task A_creation_whose_answer_is_lost_is_found_and_not_repeated(FaultKind kind, int status)
    {
        await using var scene = await NeonScene.StartAsync(new StandInOptions { PageSize = 2 });
        scene.StandIn.Project.Add("other");
        scene.StandIn.Faults.Enqueue(new Fault { Call = "CreateBranch", Kind = kind, Status = status, Body = Page });
        var branch = await scene.CreateAsync();

        Assert.NotNull(branch.ConnectionUri);
        Assert.Equal(1, scene.StandIn.Count("CreateBranch"));
        Assert.Equal(3, scene.StandIn.Project.Branches.Count);
    }

    [Theory]
    [InlineData(FaultKind.DropBefore)]
    [InlineData(FaultKind.Refuse)]
    public async Task A_creation_that_did_not_come_through_is_repeated_once_nothing_was_found(FaultKind kind)
    {
        await using var scene = await NeonScene.StartAsync();
        scene.StandIn.Faults.Enqueue(new Fault { Call = "CreateBranch", Kind = kind, Status = 524, Body = Page });
        var branch = await scene.CreateAsync();

        Assert.Equal(2, scene.StandIn.Count("CreateBranch"));
        Assert.Equal(["main", branch.Name], scene.StandIn.Project.Branches.Select(made => made.Name));
        scene.StandIn.Faults.Enqueue(new Fault { Call = "CreateBranch", Kind = kind, Status = 524, Body = Page, Times = 9 });
        var lost = await scene.FailAsync<ServiceException>(ErrorCatalog.NeonOutcomeUnknown, () => scene.CreateAsync());
        Assert.DoesNotContain("<html>", lost.Message, StringComparison.Ordinal);
        Assert.Equal(4, scene.StandIn.Count("CreateBranch"));
    }

    [Fact]
    public async Task A_name_that_somebody_else_took_meanwhile_is_not_taken_for_ours()
    {
        await using var scene = await NeonScene.StartAsync();
        scene.StandIn.Faults.Enqueue(new Fault { Call = "CreateBranch", Kind = FaultKind.DropBefore });
        scene.Times = scene.Times with { Looks = [TimeSpan.FromMilliseconds(200)] };
        var creating = scene.CreateAsync(request => request with { Name = "contested" });
        await Eventually.TrueAsync(() => scene.StandIn.Count("CreateBranch") > 0, "CreateBranch", TimeSpan.FromMilliseconds(5));
        var other = scene.StandIn.Project.Add("contested");
        await scene.FailAsync<CatalogException>(ErrorCatalog.BranchExists, () => creating);
        Assert.Contains(other, scene.StandIn.Project.Branches);
        Assert.Equal(1, scene.StandIn.Count("CreateBranch"));
    }

    [Fact]
    public async Task A_creation_that_cannot_even_be_looked_for_is_unknown_and_is_removed_once_it_can()
    {
        await using var scene = await NeonScene.StartAsync();
        scene.StandIn.Faults.Enqueue(new Fault { Call = "CreateBranch", Kind = FaultKind.DropAfter });
        scene.Times = scene.Times with { Looks = [TimeSpan.FromMilliseconds(500)] };
        var creating = scene.CreateAsync(request => request with { Name = "lost" });
        await Eventually.TrueAsync(() => scene.StandIn.Count("CreateBranch") > 0, "CreateBranch", TimeSpan.FromMilliseconds(5));
        scene.StandIn.Faults.Enqueue(new Fault { Call = "ListBranches", Kind = FaultKind.Refuse, Status = 502, Times = 1 + scene.Times.LostRetries });
        var lost = await scene.FailAsync<ServiceException>(ErrorCatalog.NeonOutcomeUnknown, () => creating);
        Assert.Contains("creating branch lost is not known", lost.Message, StringComparison.Ordinal);
        Assert.Equal(["main"], scene.StandIn.Project.Branches.Select(branch => branch.Name));
        Assert.Equal(1, scene.StandIn.Count("CreateBranch"));
    }

    [Fact]
    public async Task An_operation_that_repeats_the_key_does_not_get_it_into_the_message()
    {
        await using var scene = await NeonScene.StartAsync();
        scene.StandIn.Project.Fates["start_compute"] = "failed";
        scene.StandIn.Project.FateError = $"Bearer {new StandInOptions().Key} may not start it";
        var failed = await scene.FailAsync<ServiceException>(ErrorCatalog.NeonOperationFailed, () => scene.CreateAsync());

        Assert.Contains("Bearer *** may not start it", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("create_branch", "failed")]
    [InlineData("start_compute", "error")]
    [InlineData("start_compute", "cancelled")]
    public async Task An_operation_that_fails_is_named_and_nothing_stays(string action, string status)
    {
        await using var scene = await NeonScene.StartAsync();
        scene.StandIn.Project.Fates[action] = status;
        var failed = await scene.FailAsync<ServiceException>(ErrorCatalog.NeonOperationFailed, () => scene.CreateAsync());

        Assert.Contains($"{action} (", failed.Message, StringComparison.Ordinal);
        Assert.Contains($"ended as {status}: a fate of the test", failed.Message, StringComparison.Ordinal);
        Assert.Equal(["main"], scene.StandIn.Project.Branches.Select(branch => branch.Name));
    }

    [Theory]
    [InlineData("running")]
    [InlineData("cancelling")]
    [InlineData("a status of next year")]
    public async Task An_operation_that_never_ends_is_named_and_so_is_the_branch_that_stays(string status)
    {
        await using var scene = await NeonScene.StartAsync();
        scene.Times = scene.Times with { Operations = TimeSpan.FromMilliseconds(200), BusyRetries = 2 };
        scene.StandIn.Project.Fates["start_compute"] = status;
        var unfinished = await scene.FailAsync<ServiceException>(ErrorCatalog.NeonOperationUnfinished, () => scene.CreateAsync(request => request with { Name = "stuck" }));

        Assert.Contains($"is {status} after", unfinished.Message, StringComparison.Ordinal);
        Assert.Contains("stuck may have been left", Assert.Single(scene.Observer.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_canceled_creation_leaves_nothing()
    {
        await using var scene = await NeonScene.StartAsync(new StandInOptions { Servers = new NoServers { Duration = TimeSpan.FromMilliseconds(400) } });
        scene.Times = scene.Times with { LongestRetry = TimeSpan.FromMilliseconds(200) };
        using var cancel = new CancellationTokenSource();
        var creating = scene.CreateAsync(token: cancel.Token);
        await Eventually.TrueAsync(() => scene.StandIn.Count("GetOperation") > 0, "GetOperation", TimeSpan.FromMilliseconds(5));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => creating);
        Assert.Equal(["main"], scene.StandIn.Project.Branches.Select(branch => branch.Name));
    }

    [Fact]
    public async Task A_question_that_gets_no_answer_is_asked_again()
    {
        await using var scene = await NeonScene.StartAsync();
        foreach (var call in (string[])["GetProject", "ListBranches", "GetOperation"])
        {
            scene.StandIn.Faults.Enqueue(new Fault { Call = call, Kind = FaultKind.DropBefore, Times = 2 });
        }

        await scene.CreateAsync();
        scene.StandIn.Faults.Enqueue(new Fault { Call = "ListBranches", Kind = FaultKind.Refuse, Status = 524, Body = Page, Times = 99 });
        var closed = await scene.FailAsync<ServiceException>(ErrorCatalog.NeonUnreachable, () => scene.ListAsync());
        Assert.Contains("HTTP 524", closed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("html", closed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unreachable_and_nothing_was_done()
    {
        await using var scene = await NeonScene.StartAsync();
        scene.Set("NEON_API_HOST", "http://127.0.0.1:9");

        await scene.FailAsync<ServiceException>(ErrorCatalog.NeonUnreachable, () => scene.CreateAsync());
    }

    [Fact]
    public async Task An_answer_that_is_none_is_told_as_such()
    {
        await using var scene = await NeonScene.StartAsync();
        scene.StandIn.Faults.Enqueue(new Fault { Call = "GetProject", Kind = FaultKind.Refuse, Status = 200, Body = Page });
        await scene.FailAsync<ServiceException>(ErrorCatalog.NeonAnswerInvalid, () => scene.CreateAsync());
        scene.StandIn.Faults.Enqueue(new Fault { Call = "GetProject", Kind = FaultKind.Refuse, Status = 200, Body = "{}" });
        await scene.FailAsync<ServiceException>(ErrorCatalog.NeonAnswerInvalid, () => scene.CreateAsync());
        scene.StandIn.Faults.Enqueue(new Fault { Call = "GetProject", Kind = FaultKind.Refuse, Status = 200, Body = """{"project":null}""" });
        await scene.FailAsync<ServiceException>(ErrorCatalog.NeonAnswerInvalid, () => scene.CreateAsync());
        scene.StandIn.Faults.Enqueue(new Fault { Call = "ListBranches", Kind = FaultKind.Refuse, Status = 200, Body = """{"branches":null,"annotations":{}}""" });
        await scene.FailAsync<ServiceException>(ErrorCatalog.NeonAnswerInvalid, () => scene.CreateAsync());
        scene.StandIn.Faults.Enqueue(new Fault { Call = "GetProject", Kind = FaultKind.Refuse, Status = 302 });
        await scene.FailAsync<ServiceException>(ErrorCatalog.NeonRequestRefused, () => scene.CreateAsync());
    }

    [Fact]
    public async Task A_wrong_key_and_another_accounts_project_are_clear_and_the_key_is_not_shown()
    {
        await using var scene = await NeonScene.StartAsync();
        scene.Set("NEON_PROJECT_ID", "somebody-elses-1");
        var unknown = await scene.FailAsync<ServiceException>(ErrorCatalog.NeonNotFound, () => scene.CreateAsync());
        Assert.Contains("project not found (HTTP 404, request f3a1c9e2-0000-4000-8000-5d1a2b3c4d5e)", unknown.Message, StringComparison.Ordinal);
        Assert.Equal((null, "f3a1c9e2-0000-4000-8000-5d1a2b3c4d5e"), (unknown.ServiceCode, unknown.RequestId));

        const string Expired = "napi_expired0key";
        scene.Set("NEON_API_KEY", Expired);
        // A server that repeats the header does not get the key into the message.
        scene.StandIn.Faults.Enqueue(new Fault { Call = "GetProject", Kind = FaultKind.Refuse, Status = 401, Body = $$"""{"code":"BAD_{{Expired}}","message":"Bearer {{Expired}} has expired","request_id":"r1"}""" });
        foreach (var words in (string[])["*** has expired", "do not pass authentication"])
        {
            var refused = await scene.FailAsync<ServiceException>(ErrorCatalog.NeonAuthenticationFailed, () => scene.CreateAsync());
            Assert.Contains(words, refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Expired, refused.ToString() + refused.ServiceCode, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(scene.Observer.Details, detail => detail.Contains(Expired, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_code_is_told_where_there_is_one()
    {
        await using var scene = await NeonScene.StartAsync();
        scene.StandIn.Faults.Enqueue(new Fault { Call = "CreateBranch", Kind = FaultKind.Refuse, Status = 422, Body = """{"code":"BRANCHES_LIMIT_EXCEEDED","message":"branches limit exceeded","request_id":"r2"}""" });
        var refused = await scene.FailAsync<ServiceException>(ErrorCatalog.NeonRequestRefused, () => scene.CreateAsync());

        Assert.Equal(("BRANCHES_LIMIT_EXCEEDED", "r2"), (refused.ServiceCode, refused.RequestId));
        Assert.Contains("branches limit exceeded (HTTP 422, code BRANCHES_LIMIT_EXCEEDED, request r2)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_branch_that_vanishes_is_gone_for_whoever_removes_it_and_for_whoever_looks_for_it()
    {
        await using var scene = await NeonScene.StartAsync();
        var branch = await scene.CreateAsync();
        scene.StandIn.Faults.Enqueue(new Fault { Call = "DeleteBranch", Kind = FaultKind.DropAfter });
        Assert.Equal(branch.Name, (await scene.RemoveAsync(branch.Name)).Name);

        var made = await scene.CreateAsync(request => request with { Name = "vanishing" });
        var removing = scene.RunAsync(async (branches, context) =>
        {
            await branches.EnsureRemovableAsync(made.Name, false, context, NeonScene.Token);
            scene.StandIn.Project.Vanish(scene.StandIn.Project.Branches.Single(candidate => candidate.Name == made.Name));
            return await branches.RemoveAsync(made.Name, false, context, NeonScene.Token);
        });
        await scene.FailAsync<CatalogException>(ErrorCatalog.BranchNotFound, () => removing);
    }

    [Fact]
    public async Task A_switch_whose_answer_is_lost_is_looked_up()
    {
        await using var scene = await NeonScene.StartAsync();
        var branch = await scene.CreateAsync();
        scene.StandIn.Faults.Enqueue(new Fault { Call = "RestoreBranch", Kind = FaultKind.DropAfter });
        Assert.Equal("before", (await scene.SwitchAsync(branch.Name, PitrSwitchMethod.InPlace, "before")).PreservedBranch);
        scene.StandIn.Faults.Enqueue(new Fault { Call = "RestoreBranch", Kind = FaultKind.DropBefore });
        await scene.FailAsync<ServiceException>(ErrorCatalog.NeonOutcomeUnknown, () => scene.SwitchAsync(branch.Name, PitrSwitchMethod.InPlace, "again"));
        scene.StandIn.Faults.Enqueue(new Fault { Call = "SetAsDefault", Kind = FaultKind.DenyAfter, Status = 524, Body = Page });
        Assert.Equal(branch.Name, (await scene.SwitchAsync(branch.Name, PitrSwitchMethod.SetAsDefault)).DefaultBranch);
    }
}
