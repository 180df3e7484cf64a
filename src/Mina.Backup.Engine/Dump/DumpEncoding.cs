using System.Text;

namespace Mina.Backup.Engine.Dump;

/// <summary>Finds the .NET encoding for PostgreSQL's name of one, so that names in a dump can be read.</summary>
public static class DumpEncoding
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>
    /// The encoding; names in encodings that .NET lacks are read as Latin-1, which keeps every byte apart and can be written back.
    /// PostgreSQL's names: https://www.postgresql.org/docs/current/multibyte.html
    /// </summary>
    public static Encoding For(string postgresName)
    {
        var name = postgresName.ToUpperInvariant() switch
        {
            "UTF8" or "UNICODE" or "SQL_ASCII" => null,
            "LATIN1" or "MULE_INTERNAL" => "iso-8859-1",
            "LATIN2" => "iso-8859-2",
            "LATIN3" => "iso-8859-3",
            "LATIN4" => "iso-8859-4",
            "LATIN5" => "iso-8859-9",
            "LATIN7" => "iso-8859-13",
            "LATIN9" => "iso-8859-15",
            "ISO_8859_5" => "iso-8859-5",
            "ISO_8859_6" => "iso-8859-6",
            "ISO_8859_7" => "iso-8859-7",
            "ISO_8859_8" => "iso-8859-8",
            "KOI8R" or "KOI8" => "koi8-r",
            "KOI8U" => "koi8-u",
            "EUC_JP" => "euc-jp",
            "EUC_KR" => "euc-kr",
            "EUC_CN" => "gb2312",
            ['W', 'I', 'N', .. var page] => page == "866" ? "cp866" : page == "874" ? "windows-874" : "windows-" + page,
            _ => "iso-8859-1",
        };
        return name is null ? Utf8 : CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.Latin1;
    }
}
