using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Engine.Tests.Support;

namespace Mina.Backup.Engine.Tests.Restore;

public sealed class BuiltinLocaleTests(ClusterFixture clusters)
{
    [Fact]
    public async Task A_database_with_a_builtin_locale_is_made_on_every_server()
    {
        await using var database = await clusters.CreateDatabaseAsync();
        await using var session = await database.OpenAsync();
        var plain = (await DatabasePropertiesReader.ReadAsync(session, database.Name, RestoreScene.Token))!;
        var original = plain with { LocaleProvider = "builtin", Locale = "C.UTF-8", Collate = "C" };
        var major = session.PostgreSqlVersion.Major;
        var name = database.Name + "_builtin";

        await TargetServer.ExecuteAsync(session, DatabaseStatements.Create(name, original, null, null, major), RestoreScene.Token);
        try
        {
            var made = (await DatabasePropertiesReader.ReadAsync(session, name, RestoreScene.Token))!;

            Assert.Equal(major < 17, DatabaseStatements.ReplacesLocale(original, major));
            Assert.Equal(
                major < 17 ? ("libc", "C", null) : ("builtin", "C", "C.UTF-8"),
                (made.LocaleProvider, made.Collate, made.Locale));
        }
        finally
        {
            await TargetServer.ExecuteAsync(session, $"DROP DATABASE {name}", RestoreScene.Token);
        }
    }
}
