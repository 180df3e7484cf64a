using System.Text;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Restore;

public sealed class RestorePartsTests
{
    [Fact]
    public void An_acl_item_is_read_with_its_quotes_and_grant_options()
    {
        var item = AclItem.Parse("\"a=\"\"b/\"=C*Tc/\"the owner\"");

        Assert.Equal("a=\"b/", item.Grantee);
        Assert.Equal("the owner", item.Grantor);
        Assert.Equal([('C', true), ('T', false), ('c', false)], item.Privileges);
        Assert.Equal("", AclItem.Parse("=Tc/postgres").Grantee);
    }

    [Fact]
    public void A_list_setting_is_read_name_by_name() =>
        Assert.Equal(["$user", "public", "a, b", "q\"q"], SettingList.Parse("\"$user\", public, \"a, b\", \"q\"\"q\""));

    [Fact]
    public void Psqls_first_error_is_read_with_its_state_detail_and_hint()
    {
        var failure = PsqlFailure.Find(
            "psql:<stdin>:3: NOTICE:  00000: something\npsql:<stdin>:7: ERROR:  23505: could not create unique index \"x\"\n"
            + "DETAIL:  Key (a)=(1) is duplicated.\nHINT:  Do not.\nLOCATION:  comparetup, tuplesort.c:1\n")!;

        Assert.Equal("23505", failure.SqlState);
        Assert.Equal("could not create unique index \"x\"", failure.Message);
        Assert.Equal("Key (a)=(1) is duplicated.", failure.Detail);
        Assert.Equal("Do not.", failure.Hint);
        Assert.Equal(ErrorCatalog.ScriptFailed, failure.ToException("t").Definition);
    }

    [Fact]
    public void A_full_disk_of_the_server_is_told_apart() =>
        Assert.Equal(ErrorCatalog.ServerDiskFull, new PsqlFailure("53100", "could not extend file", null, null).ToException("t").Definition);

    [Theory]
    [InlineData("mina")]
    [InlineData("ein_sehr_langer_name_fuer_eine_datenbank_mit_umlauten_äöüäöüäöü")]
    public void Names_of_the_copy_fit_and_are_recognized(string target)
    {
        var names = new RestoreNames(target, new DateTimeOffset(2026, 11, 24, 1, 2, 3, TimeSpan.Zero));

        Assert.True(Encoding.UTF8.GetByteCount(names.Copy) <= 63);
        Assert.EndsWith("_mina_restore_20261124_010203", names.Copy, StringComparison.Ordinal);
        Assert.True(names.IsLeftover(names.Copy, names.Marker));
        Assert.True(names.IsLeftover(names.Copy, null));
        Assert.False(names.IsLeftover(names.Copy, "kept by an operator"));
        Assert.False(names.IsLeftover(names.Aside, null));
        Assert.False(names.IsLeftover(target, null));
    }

    [Fact]
    public void A_lines_fingerprint_does_not_depend_on_where_portions_are_cut()
    {
        var lines = Encoding.UTF8.GetBytes("one\ttwo\n\nthree\n");
        var expected = TableFingerprint.Empty.Add("one\ttwo"u8).Add(""u8).Add("three"u8);
        for (var size = 1; size <= lines.Length; size++)
        {
            var fingerprint = new LineFingerprint();
            foreach (var chunk in lines.Chunk(size))
            {
                fingerprint.Append(chunk);
            }

            Assert.Equal(3, fingerprint.Rows);
            Assert.Equal(expected, fingerprint.Fingerprint);
        }
    }

    [Theory]
    [InlineData("15.14", true)]
    [InlineData("15.13", false)]
    [InlineData("18.0", true)]
    [InlineData("17.5", false)]
    [InlineData("12.22", false)]
    public void The_restricted_mode_is_used_where_psql_knows_it(string version, bool known) =>
        Assert.Equal(known, PsqlRestriction.IsKnownTo(Version.Parse(version)));
}
