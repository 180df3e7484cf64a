using System.Management.Automation;
using System.Management.Automation.Language;
using System.Runtime.Loader;
using Mina.Backup.Cmdlet.Tests.Hosting;

namespace Mina.Backup.Cmdlet.Tests;

public sealed class ModuleTests
{
    [Fact]
    public void Exported_cmdlets_are_those_of_the_manifest_and_of_the_assembly()
    {
        using var session = new ModuleSession();
        var exported = session.Run("Get-Command -Module Mina.Backup | ForEach-Object Name").Output.Select(name => name.ToString()).Order();
        var manifest = Parser.ParseFile(ShippedModule.Manifest, out _, out var errors);
        Assert.Empty(errors);
        var table = (System.Collections.Hashtable)manifest.Find(ast => ast is HashtableAst, true)!.SafeGetValue();
        var inAssembly = session
            .Run("(Get-Command New-MinaBackup).ImplementingType.Assembly.GetExportedTypes()")
            .Output.Select(type => (Type)type.BaseObject)
            .Select(type => type.GetCustomAttributes(typeof(CmdletAttribute), false).Cast<CmdletAttribute>().SingleOrDefault())
            .OfType<CmdletAttribute>()
            .Select(attribute => $"{attribute.VerbName}-{attribute.NounName}")
            .Order();

        Assert.Equal(((object[])table["CmdletsToExport"]!).Cast<string>().Order(), exported);
        Assert.Equal(inAssembly, exported);
    }

    [Fact]
    public void Importing_again_by_force_and_in_a_second_runspace_does_no_harm()
    {
        using var first = new ModuleSession();
        first.Run("Import-Module $args[0] -Force; Remove-Module Mina.Backup; Import-Module $args[0]", ShippedModule.Manifest).ThrowIfFailed();
        using var second = new ModuleSession();

        first.Run("New-MinaBackup -WhatIf").ThrowIfFailed();
        second.Run("New-MinaBackup -WhatIf").ThrowIfFailed();
    }

    [Fact]
    public void The_module_holds_its_engine_apart_and_nothing_that_PowerShell_or_the_framework_brings()
    {
        static IEnumerable<string?> Names(string folder) => Directory.GetFiles(folder, "*.dll").Select(Path.GetFileNameWithoutExtension);

        var framework = Names(Path.GetDirectoryName(typeof(object).Assembly.Location)!).ToHashSet();
        var deps = Names(Path.Combine(ShippedModule.Folder, "deps")).ToList();

        Assert.Equal(["Mina.Backup", "Mina.Backup.Model"], Names(ShippedModule.Folder).Order());
        Assert.Contains("Mina.Backup.Engine", deps);
        Assert.DoesNotContain("System.Management.Automation", deps);
        Assert.Empty(deps.Intersect(framework));
    }

    [Fact]
    public void The_engine_and_its_packages_stay_in_their_own_context()
    {
        using var session = new ModuleSession();
        session.Run("Get-MinaBackup -Path $args[0]", Path.GetTempPath() + "mina-nowhere");

        var engine = Assert.Single(
            AppDomain.CurrentDomain.GetAssemblies(),
            assembly => assembly.GetName().Name == "Mina.Backup.Engine");
        Assert.Equal("Mina.Backup", AssemblyLoadContext.GetLoadContext(engine)!.Name);
        Assert.Equal("TypeNotFound", session.Run("[Mina.Backup.Engine.BackupEngine]").Error.FullyQualifiedErrorId);
    }

    [Fact]
    public void No_public_member_of_a_cmdlet_shows_a_type_of_the_engine()
    {
        using var session = new ModuleSession();
        var assembly = ((Type)session.Run("(Get-Command New-MinaBackup).ImplementingType").Output[0].BaseObject).Assembly;
        var shown = assembly.GetExportedTypes().SelectMany(type => type.GetMembers()).SelectMany(member => member switch
        {
            System.Reflection.PropertyInfo property => [property.PropertyType],
            System.Reflection.MethodInfo method => method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.ReturnType),
            _ => Enumerable.Empty<Type>(),
        });

        Assert.DoesNotContain(shown, type => type.FullName?.Contains("Mina.Backup.Engine", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void An_older_assembly_that_another_module_loaded_first_does_no_harm()
    {
        var older = AssemblyLoadContext.Default.LoadFromAssemblyPath(
            Path.Combine(AppContext.BaseDirectory, "older", "Microsoft.Extensions.Logging.Abstractions.dll"));
        Assert.Equal(8, older.GetName().Version!.Major);
        using var session = new ModuleSession();
        session.Run("Get-MinaBackup -Path $args[0]", Path.GetTempPath() + "mina-nowhere");

        // Npgsql's first use of its logger is where a clash shows.
        var context = AssemblyLoadContext.All.Single(candidate => candidate.Name == "Mina.Backup");
        var npgsql = context.LoadFromAssemblyName(new System.Reflection.AssemblyName("Npgsql"));
        var connection = (System.Data.Common.DbConnection)Activator.CreateInstance(
            npgsql.GetType("Npgsql.NpgsqlConnection", throwOnError: true)!,
            "Host=127.0.0.1;Port=1;Username=nobody;Timeout=2")!;
        using (connection)
        {
            Assert.Equal("Npgsql.NpgsqlException", Record.Exception(connection.Open)?.GetType().FullName);
        }
    }
}
