using System.Text;

namespace Mina.Backup.Engine.Tests.Catalog;

/// <summary>Text of a small dump in three sections, as pg_dump 15 writes it.</summary>
internal static class SampleDump
{
    public const string PreData = Head + "CREATE TABLE public.users (\n    id integer,\n    name text\n);\n\n\n" + Tail;

    public const string Data = Head
        + "COPY public.users (id, name) FROM stdin;\n1\tAda\n2\tGrace \\t tab\n3\t\\N\n\\.\n\n\n"
        + "COPY public.empty (id) FROM stdin;\n\\.\n\n\n"
        + "SELECT pg_catalog.setval('public.users_id_seq', 3, true);\n\n\n"
        + Tail;

    public const string PostData = Head + "ALTER TABLE ONLY public.users\n    ADD CONSTRAINT users_pkey PRIMARY KEY (id);\n\n\n" + Tail;

    public const string Globals = "--\n-- PostgreSQL database cluster dump\n--\n\nCREATE ROLE app;\n\n--\n-- PostgreSQL database cluster dump complete\n--\n\n";

    private const string Head = "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.20\n-- Dumped by pg_dump version 15.20\n\n"
        + "SET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n\n";

    private const string Tail = "--\n-- PostgreSQL database dump complete\n--\n\n";

    public static byte[] Whole(string text = PreData + Data + PostData) => Encoding.UTF8.GetBytes(text);

    /// <summary>A data section with so many rows that the file has many members.</summary>
    public static string Large(int rows)
    {
        var text = new StringBuilder(Head).Append("COPY public.users (id, name) FROM stdin;\n");
        var random = new Random(7);
        for (var row = 0; row < rows; row++)
        {
            text.Append(row).Append('\t').Append(random.NextInt64().ToString("x16", System.Globalization.CultureInfo.InvariantCulture)).Append('\n');
        }

        return text.Append("\\.\n\n\n").Append(Tail).ToString();
    }
}
