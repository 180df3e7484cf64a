using System.Text;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Catalog;

public sealed class IndexSerializerTests
{
    private const string Name = "mina_db_backup_20261124_120000";

    [Fact]
    public void What_is_written_is_read_back()
    {
        var reader = new IndexReader(Name);
        foreach (var line in IndexSerializer.WriteLines(CatalogSamples.Index(Name)))
        {
            reader.Append(line.Span);
        }

        AssertEqual(CatalogSamples.Index(Name), reader.Complete(), withMembers: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public void Pieces_may_be_cut_anywhere(int size)
    {
        var reader = new IndexReader(Name);
        foreach (var piece in Bytes().Chunk(size))
        {
            reader.Append(piece);
        }

        AssertEqual(CatalogSamples.Index(Name), reader.Complete(), withMembers: true);
    }

    [Fact]
    public void Proof_lines_are_ASCII_comments_and_hold_everything_but_the_members()
    {
        var lines = Lines(IndexSerializer.WriteProof(CatalogSamples.Index(Name)));

        Assert.All(lines, line => Assert.StartsWith("-- mina:{", line, StringComparison.Ordinal));
        Assert.All(lines, line => Assert.EndsWith("}", line, StringComparison.Ordinal));
        Assert.All(lines, line => Assert.All(line, character => Assert.InRange(character, ' ', '~')));
        AssertEqual(CatalogSamples.Index(Name), IndexSerializer.ReadProof(lines, Name), withMembers: false);
        AssertEqual(
            CatalogSamples.Index(Name),
            IndexSerializer.ReadProof(lines.Select(line => line["-- mina:".Length..]), Name),
            withMembers: false);
    }

    [Fact]
    public void An_index_cut_anywhere_is_refused()
    {
        var bytes = Bytes();
        for (var length = 0; length < bytes.Length - 1; length++)
        {
            var reader = new IndexReader(Name);
            reader.Append(bytes.AsSpan(0, length));
            Assert.Equal(ErrorCatalog.IndexUnreadable, Assert.Throws<IntegrityException>(() => reader.Complete()).Definition);
        }
    }

    [Theory]
    [InlineData("\"offset\":150", "\"offset\":151")]
    [InlineData("\"table\":1,\"run\":1", "\"table\":7,\"run\":1")]
    [InlineData("\"table\":1,\"run\":1", "\"run\":1")]
    [InlineData("\"length\":51", "\"length\":0")]
    [InlineData("\"section\":\"PostData\"", "\"section\":\"Whole\"")]
    [InlineData("\"section\":\"PostData\"", "\"section\":9")]
    [InlineData("\"rows\":3", "\"rows\":4")]
    [InlineData("\"formatVersion\":1", "\"formatVersion\":2")]
    [InlineData("\"backup\":\"mina_db", "\"backup\":\"other_db")]
    [InlineData("ffffffffffffffffffffffffffffffff", "ffff")]
    [InlineData("\"members\":6", "\"members\":5")]
    [InlineData("{\"sequence\"", "{\"sequences\"")]
    [InlineData("{\"header\"", "\n{\"header\"")]
    public void A_damaged_index_is_refused(string what, string by)
    {
        var text = Encoding.UTF8.GetString(Bytes());
        Assert.Contains(what, text, StringComparison.Ordinal);
        var reader = new IndexReader(Name);

        var error = Assert.Throws<IntegrityException>(() =>
        {
            reader.Append(Encoding.UTF8.GetBytes(text.Replace(what, by, StringComparison.Ordinal)));
            reader.Complete();
        });

        Assert.Equal(ErrorCatalog.IndexUnreadable, error.Definition);
    }

    public static TheoryData<Func<BackupIndex, BackupIndex>> HostileIndexes => new(
        index => WithTable(index, table => table with { Name = "public.none TO PROGRAM 'touch x' --" }),
        index => WithTable(index, table => table with { Name = "public.none; SELECT 1" }),
        index => WithTable(index, table => table with { Name = "a.b.c" }),
        index => WithTable(index, table => table with { Columns = "a) TO PROGRAM 'touch x' --" }),
        index => WithTable(index, table => table with { Columns = "a, evil()" }),
        index => WithSource(index, new IndexSource("t) TO PROGRAM 'touch x' --", null)),
        index => WithSource(index, new IndexSource("t", "WHERE true) TO PROGRAM 'touch x' --")),
        index => WithSource(index, new IndexSource("t", "WHERE true) UNION (SELECT 1")),
        index => WithSource(index, new IndexSource("t", "WHERE a = 'x\\' OR b = ') TO PROGRAM $$touch x$$ --'")),
        index => WithSource(index, new IndexSource("t", "WHERE $a$ ' $a$ = ') TO STDOUT; --'")),
        index => WithSource(index, new IndexSource("t", "WHERE :x = 1")),
        index => WithSource(index, new IndexSource("t", "UNION ALL SELECT 1")),
        index => WithTable(index, table => table with { Sources = [] }),
        index => index with { Sequences = [new IndexSequence("s s, evil()", 1, true)] },
        index => index with { Header = index.Header with { Database = index.Header.Database with { LocaleProvider = "libc ALLOW_CONNECTIONS false" } } });

    [Theory]
    [MemberData(nameof(HostileIndexes))]
    public void An_index_with_more_than_names_where_names_belong_is_refused(Func<BackupIndex, BackupIndex> change)
    {
        var reader = new IndexReader(Name);
        foreach (var line in IndexSerializer.WriteLines(change(CatalogSamples.Index(Name))))
        {
            reader.Append(line.Span);
        }

        Assert.Equal(ErrorCatalog.IndexUnreadable, Assert.Throws<IntegrityException>(() => reader.Complete()).Definition);
    }

    [Fact]
    public void Kinds_of_lines_that_a_later_version_adds_are_skipped()
    {
        var text = Encoding.UTF8.GetString(Bytes()).Replace("{\"end\"", "{\"later\":1}\n{\"end\"", StringComparison.Ordinal);
        var reader = new IndexReader(Name);
        reader.Append(Encoding.UTF8.GetBytes(text));

        AssertEqual(CatalogSamples.Index(Name), reader.Complete(), withMembers: true);
    }

    private static BackupIndex WithTable(BackupIndex index, Func<IndexTable, IndexTable> change) =>
        index with { Tables = [index.Tables[0], change(index.Tables[1])] };

    private static BackupIndex WithSource(BackupIndex index, IndexSource source) => WithTable(index, table => table with { Sources = [source] });

    private static byte[] Bytes() => [.. IndexSerializer.WriteLines(CatalogSamples.Index(Name)).SelectMany(line => line.ToArray())];

    private static List<string> Lines(IEnumerable<ReadOnlyMemory<byte>> lines) =>
        [.. lines.Select(line => Encoding.UTF8.GetString(line.Span).TrimEnd('\n'))];

    private static void AssertEqual(BackupIndex expected, BackupIndex actual, bool withMembers)
    {
        Assert.Equivalent(expected.Header, actual.Header, strict: true);
        Assert.Equal(expected.Tables, actual.Tables);
        Assert.Equal(expected.LargeObjects, actual.LargeObjects);
        Assert.Equal(expected.Sequences, actual.Sequences);
        Assert.Equal(withMembers ? expected.Members : [], actual.Members);
    }
}
