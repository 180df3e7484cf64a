using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mina.Backup.Engine.Drill;
using Mina.Backup.Engine.Tests.Scenarios;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.DrillReports;

public sealed class DrillChainTests : IDisposable
{
    private readonly TestMachine machine = new();

    private DrillHistory History => new(machine.Environment, TimeProvider.System);

    private string HeadPath => Path.ChangeExtension(History.Path, ".head.json");

    public static TheoryData<string> Fields => ["formatVersion", "sequence", "previous", "recordedAt", "drill", "sha256"];

    public void Dispose() => machine.Dispose();

    [Fact]
    public async Task Drills_read_back_as_they_were_and_every_record_is_intact()
    {
        await FillAsync(SampleDrills.HalfYear.Count);
        var content = await ReadAsync();

        Assert.True(content.IsIntact);
        Assert.Null(content.Failure());
        Assert.Equal(Enumerable.Range(1, SampleDrills.HalfYear.Count).Select(number => (long)number), content.Records.Select(record => record.Sequence));
        Assert.All(content.Records, record => Assert.Equal((DrillRecordState.Intact, null), (record.State, record.Problem)));
        Assert.Equal(content.Records[^1].Sha256, content.Head.Sha256);
        foreach (var (expected, actual) in SampleDrills.HalfYear.Zip(content.Drills))
        {
            Assert.Equivalent(expected, actual, strict: true);
        }
    }

    [Fact]
    public async Task Every_property_survives_to_the_last_tick()
    {
        var odd = SampleDrills.Failed("2026-08-13T02:00:00.1234567Z") with
        {
            Point = new PitrTarget { Kind = PitrTargetKind.Xid, Xid = ulong.MaxValue, RestorePoint = "ä\"\\\n\u202E<script>", Lsn = new Lsn(ulong.MaxValue), Inclusive = true, Timeline = uint.MaxValue, Time = DateTimeOffset.UnixEpoch },
            Reached = new PitrPoint { Lsn = Lsn.Zero, Timeline = 1 },
            Duration = TimeSpan.FromTicks(123456789012345679),
            RecoveryPoint = new DrillObjective { Measured = TimeSpan.FromTicks(-1), Basis = "The source's clock is ahead." },
            Seed = int.MinValue,
        };
        await History.RecordAsync(odd, TestContext.Current.CancellationToken);

        var read = Assert.Single((await ReadAsync()).Drills);
        Assert.Equivalent(odd, read, strict: true);
        Assert.Equal(JsonSerializer.Serialize(odd), JsonSerializer.Serialize(read));
        Assert.Single(Lines());
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task A_field_that_was_edited_shows_at_its_record_alone(string field)
    {
        await FillAsync(5);
        Edit(2, line => Change(line, field));

        AssertOnly(DrillRecordState.Edited, 3, await ReadAsync());
    }

    [Fact]
    public async Task Every_property_of_a_drill_is_covered()
    {
        await FillAsync(3);
        var lines = Lines();
        var drill = JsonNode.Parse(lines[1])!["drill"]!.AsObject();
        foreach (var property in drill.Select(property => property.Key).ToList())
        {
            var edited = JsonNode.Parse(lines[1])!.AsObject();
            edited["drill"]![property] = "another";
            WriteLines([lines[0], edited.ToJsonString(), lines[2]]);
            AssertOnly(DrillRecordState.Edited, 2, await ReadAsync());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task An_edited_record_with_a_checksum_made_to_fit_is_betrayed_by_what_comes_behind_it(int number)
    {
        await FillAsync(5);
        Edit(number - 1, Forge);

        var content = await ReadAsync();
        AssertOnly(DrillRecordState.Edited, number, content);
        Assert.Contains(number == 5 ? "the head" : $"record {number + 1}", content.Records[number - 1].Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task A_removed_record_is_missing(int number)
    {
        await FillAsync(5);
        WriteLines([.. Lines().Where((_, index) => index != number - 1)]);

        AssertOnly(DrillRecordState.Missing, number, await ReadAsync());
    }

    [Fact]
    public async Task A_tail_that_was_cut_off_is_missing_and_stays_missing_when_drills_go_on()
    {
        await FillAsync(5);
        WriteLines([.. Lines().Take(2)]);
        var cut = await ReadAsync();
        await History.RecordAsync(SampleDrills.HalfYear[6], TestContext.Current.CancellationToken);
        var later = await ReadAsync();

        AssertOnly(DrillRecordState.Missing, 3, cut);
        Assert.Equal("Records 3 to 5 were removed.", cut.Broken[0].Problem);
        AssertOnly(DrillRecordState.Missing, 3, later);
        Assert.Equal((6, DrillRecordState.Intact), (later.Records[^1].Sequence, later.Records[^1].State));
    }

    [Fact]
    public async Task A_whole_history_that_was_deleted_is_missing()
    {
        await FillAsync(4);
        File.Delete(History.Path);

        var content = await ReadAsync();
        Assert.Equal("Records 1 to 4 were removed.", Assert.Single(content.Broken).Problem);
        Assert.Equal("DrillHistoryBroken", content.Failure()!.ErrorId);
    }

    [Fact]
    public async Task Records_that_changed_places_are_displaced()
    {
        await FillAsync(5);
        var lines = Lines();
        WriteLines([lines[0], lines[2], lines[1], lines[3], lines[4]]);

        AssertOnly(DrillRecordState.Displaced, 2, await ReadAsync());
    }

    [Fact]
    public async Task A_record_that_was_put_in_is_displaced_and_the_genuine_one_is_not()
    {
        await FillAsync(5);
        var lines = Lines();
        var foreign = Forge(lines[2]);
        WriteLines([lines[0], lines[1], foreign, lines[2], lines[3], lines[4]]);
        var beside = await ReadAsync();
        WriteLines([.. lines, Seal(lines[4], envelope => envelope with { Sequence = 9 })]);
        var behind = await ReadAsync();

        Assert.Equal(3, Assert.Single(beside.Broken).Sequence);
        Assert.Equal(DrillRecordState.Displaced, beside.Broken[0].State);
        Assert.Equal(5, beside.Drills.Count());
        AssertOnly(DrillRecordState.Displaced, 9, behind);
    }

    [Fact]
    public async Task Without_the_head_nothing_is_sure_and_a_later_drill_does_not_cover_that_up()
    {
        await FillAsync(4);
        File.Delete(HeadPath);
        var before = await ReadAsync();
        await History.RecordAsync(SampleDrills.HalfYear[5], TestContext.Current.CancellationToken);
        var after = await ReadAsync();

        Assert.False(before.IsIntact);
        Assert.Contains("head", before.Failure()!.Message, StringComparison.Ordinal);
        Assert.Contains("When record 5 was written, the head was missing", after.Failure()!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(-1)]
    public async Task A_line_that_a_crash_cut_short_is_torn_and_stays_so_while_drills_go_on(int length)
    {
        await FillAsync(2);
        var head = await File.ReadAllBytesAsync(HeadPath, TestContext.Current.CancellationToken);
        await History.RecordAsync(SampleDrills.HalfYear[2], TestContext.Current.CancellationToken);
        var lines = Lines();
        // As after a crash: the head knows nothing of it.
        await File.WriteAllBytesAsync(HeadPath, head, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(History.Path, $"{lines[0]}\n{lines[1]}\n{lines[2][..(length < 0 ? lines[2].Length - 1 : length)]}", TestContext.Current.CancellationToken);
        var torn = await ReadAsync();
        await History.RecordAsync(SampleDrills.HalfYear[3], TestContext.Current.CancellationToken);
        await History.RecordAsync(SampleDrills.HalfYear[4], TestContext.Current.CancellationToken);
        var later = await ReadAsync();

        Assert.True(torn.IsIntact);
        Assert.Equal((3, DrillRecordState.Torn), (Assert.Single(torn.Torn).Sequence, torn.Torn[0].State));
        Assert.True(later.IsIntact);
        Assert.Equal([1, 2, 3, 3, 4], later.Records.Select(record => record.Sequence));
        Assert.Equal(DrillRecordState.Torn, later.Records[2].State);
        Assert.Equal(4, later.Drills.Count());
    }

    [Fact]
    public async Task A_record_that_was_replaced_by_a_torn_looking_line_is_no_torn_one()
    {
        await FillAsync(4);
        var lines = Lines();
        await File.WriteAllTextAsync(History.Path, $"{lines[0]}\n{lines[1]}\n{lines[2]}\n{lines[3][..50]}", TestContext.Current.CancellationToken);
        var last = await ReadAsync();
        WriteLines([lines[0], lines[1], lines[2][..50], lines[3]]);
        var middle = await ReadAsync();

        AssertOnly(DrillRecordState.Edited, 4, last);
        AssertOnly(DrillRecordState.Edited, 3, middle);
    }

    [Fact]
    public async Task A_run_that_ended_between_record_and_head_left_an_intact_record()
    {
        await FillAsync(1);
        File.Delete(HeadPath);
        Assert.True((await ReadAsync()).IsIntact);
        await FillAsync(1);
        var head = await File.ReadAllBytesAsync(HeadPath, TestContext.Current.CancellationToken);
        await FillAsync(1);
        await File.WriteAllBytesAsync(HeadPath, head, TestContext.Current.CancellationToken);

        Assert.True((await ReadAsync()).IsIntact);
        await FillAsync(1);
        var content = await ReadAsync();
        Assert.True(content.IsIntact);
        Assert.Equal(4, content.Records.Count);
    }

    [Fact]
    public async Task A_drill_of_a_later_version_is_intact_though_unread()
    {
        await FillAsync(1);
        var line = Lines()[0];
        var later = JsonNode.Parse(line)!.AsObject();
        later["drill"]!["verdict"] = "Outstanding";
        var sealedLine = Seal(line, envelope => envelope with { Drill = JsonSerializer.SerializeToElement(later["drill"]) });
        WriteLines([sealedLine]);
        File.Delete(HeadPath);

        var record = Assert.Single((await ReadAsync()).Records);
        Assert.Equal(DrillRecordState.Intact, record.State);
        Assert.Null(record.Drill);
        Assert.Contains("version", record.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_chain_can_be_checked_with_nothing_but_SHA_256()
    {
        await FillAsync(3);
        var previous = new string('0', 64);
        foreach (var line in Lines())
        {
            var stated = line[^66..^2];
            Assert.Equal(stated, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(line[..^77]))));
            Assert.Contains($"\"previous\":\"{previous}\"", line, StringComparison.Ordinal);
            previous = stated;
        }

        Assert.Contains(previous, await File.ReadAllTextAsync(HeadPath, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drills_that_end_together_all_reach_the_chain_while_others_read_it()
    {
        var writers = Enumerable.Range(0, 12).Select(number => Task.Run(() => History.RecordAsync(SampleDrills.HalfYear[number % 10], TestContext.Current.CancellationToken))).ToList();
        while (!Task.WhenAll(writers).IsCompleted)
        {
            Assert.True((await ReadAsync()).IsIntact);
        }

        await Task.WhenAll(writers);
        var content = await ReadAsync();
        Assert.True(content.IsIntact);
        Assert.Equal(12, content.Drills.Count());
    }

    [Fact]
    public async Task Two_processes_append_to_one_chain()
    {
        var runs = Enumerable.Range(0, 2).Select(_ => RunnerAsync(count: 15)).ToList();
        foreach (var status in await Task.WhenAll(runs))
        {
            Assert.Equal(0, status);
        }

        var content = await ReadAsync();
        Assert.True(content.IsIntact);
        Assert.Equal(30, content.Records[^1].Sequence);
        Assert.Equal(2, content.Drills.Select(drill => drill.Operator).Distinct().Count());
    }

    [Fact]
    public async Task Only_this_user_can_read_history_and_head()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes are Unix.");
        await FillAsync(1);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(History.Path));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(HeadPath));
        }
    }

    private static void AssertOnly(DrillRecordState state, long sequence, DrillHistoryContent content)
    {
        var broken = Assert.Single(content.Broken);
        Assert.Equal((state, sequence), (broken.State, broken.Sequence));
        Assert.False(content.IsIntact);
        var failure = content.Failure();
        Assert.Equal(ErrorCatalog.DrillHistoryBroken, failure!.Definition);
        Assert.Contains($"Record {sequence} is {state.ToString().ToLowerInvariant()}: ", failure.Message, StringComparison.Ordinal);
    }

    private static string Change(string line, string field)
    {
        var json = JsonNode.Parse(line)!.AsObject();
        json[field] = field switch
        {
            "formatVersion" => 2,
            "sequence" => 50,
            "recordedAt" => "2020-01-01T00:00:00Z",
            "drill" => JsonNode.Parse(json["drill"]!.ToJsonString().Replace("\"Passed\"", "\"Failed\"", StringComparison.Ordinal)),
            _ => new string('a', 64),
        };
        return json.ToJsonString();
    }

    /// <summary>Another verdict, with a checksum that fits.</summary>
    private static string Forge(string line) => Seal(line, envelope => envelope with { RecordedAt = envelope.RecordedAt.AddSeconds(1) });

    private static string Seal(string line, Func<DrillEnvelope, DrillEnvelope> change)
    {
        var envelope = JsonSerializer.Deserialize(line, DrillJson.Default.DrillEnvelope)!;
        return Encoding.UTF8.GetString(DrillLine.Seal(change(envelope), out _)).TrimEnd('\n');
    }

    private async Task<int> RunnerAsync(int count)
    {
        // It lies beside this assembly's folder.
        var folder = AppContext.BaseDirectory.Replace("Mina.Backup.Engine.Tests", "Mina.Backup.Engine.Tests.Runner", StringComparison.Ordinal);
        var result = await Programs.TryAsync("dotnet", [Path.Combine(folder, "Mina.Backup.Engine.Tests.Runner.dll")], new Dictionary<string, string>
        {
            ["OPERATION"] = "record-drills",
            ["COUNT"] = count.ToString(CultureInfo.InvariantCulture),
            ["MINA_STATE_PATH"] = machine.Environment.StateDirectory,
        });
        return result.ExitCode;
    }

    private async Task FillAsync(int count)
    {
        foreach (var drill in SampleDrills.HalfYear.Take(count))
        {
            await History.RecordAsync(drill, TestContext.Current.CancellationToken);
        }
    }

    private Task<DrillHistoryContent> ReadAsync() => History.ReadAsync(TestContext.Current.CancellationToken);

    private string[] Lines() => File.ReadAllLines(History.Path);

    private void WriteLines(IReadOnlyList<string> lines) => File.WriteAllText(History.Path, string.Concat(lines.Select(line => line + "\n")));

    private void Edit(int index, Func<string, string> change)
    {
        var lines = Lines();
        var changed = change(lines[index]);
        Assert.NotEqual(lines[index], changed);
        lines[index] = changed;
        WriteLines(lines);
    }
}
