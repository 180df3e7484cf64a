using System.Text;

namespace Mina.Backup.Engine.Restore;

/// <summary>One access privilege as the catalog prints it, <c>grantee=privileges/grantor</c>.</summary>
/// <param name="Grantee">Role, or empty for PUBLIC.</param>
/// <param name="Privileges">Letters, each with whether it may be granted on.</param>
/// <param name="Grantor">Role that granted it.</param>
/// <remarks>https://www.postgresql.org/docs/current/ddl-priv.html#PRIVILEGE-ABBREVS-TABLE</remarks>
internal sealed record AclItem(string Grantee, IReadOnlyList<(char Letter, bool Grantable)> Privileges, string Grantor)
{
    /// <summary>Reads an item; names that hold other than letters, digits and underscores are in double quotes.</summary>
    public static AclItem Parse(string text)
    {
        var position = 0;
        var grantee = ReadName(text, ref position);
        position++;
        var privileges = new List<(char, bool)>();
        while (position < text.Length && text[position] != '/')
        {
            var grantable = position + 1 < text.Length && text[position + 1] == '*';
            privileges.Add((text[position], grantable));
            position += grantable ? 2 : 1;
        }

        position++;
        return new AclItem(grantee, privileges, ReadName(text, ref position));
    }

    private static string ReadName(string text, ref int position)
    {
        var name = new StringBuilder();
        var quoted = false;
        for (; position < text.Length; position++)
        {
            var character = text[position];
            if (character == '"')
            {
                if (quoted && position + 1 < text.Length && text[position + 1] == '"')
                {
                    name.Append('"');
                    position++;
                    continue;
                }

                quoted = !quoted;
                continue;
            }

            if (!quoted && (character is '=' or '/'))
            {
                break;
            }

            name.Append(character);
        }

        return name.ToString();
    }
}
