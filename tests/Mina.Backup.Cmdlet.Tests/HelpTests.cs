using System.Management.Automation;
using System.Text.RegularExpressions;
using Mina.Backup.Cmdlet.Tests.Hosting;

namespace Mina.Backup.Cmdlet.Tests;

public sealed class HelpTests
{
    public static TheoryData<string> Cmdlets =>
    [
        "Get-MinaBaseBackup", "Get-MinaPitrBranch", "New-MinaBaseBackup", "New-MinaPitrBranch", "Remove-MinaPitrBranch", "Step-MinaPitrBranch",
        "Switch-MinaPitrBranch", "Test-MinaBaseBackup",
        "Get-MinaBackup", "New-MinaBackup", "Remove-MinaBackup", "Repair-MinaBackup", "Restore-MinaBackup",
        "Start-MinaEphemeralCluster", "Stop-MinaEphemeralCluster", "Test-MinaBackup",
        "Compare-MinaPitrBranch", "Copy-MinaPitrRow", "Export-MinaPitrTable", "Find-MinaTransaction",
        "Enable-MinaWalArchiving", "Disable-MinaWalArchiving", "Start-MinaWalReceiver", "Sync-MinaWalArchive", "Get-MinaWalArchive", "Remove-MinaWalArchive",
        "Get-MinaRecoveryDrill", "Export-MinaDrillReport",
    ];

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Get_Help_knows_every_cmdlet_with_examples_and_each_of_its_parameters(string cmdlet)
    {
        using var session = new ModuleSession();
        var help = session.Run("Get-Help $args[0] -Full", cmdlet).Output.Single();
        var described = session.Run("(Get-Help $args[0] -Full).parameters.parameter | ForEach-Object name", cmdlet).Output;
        var sets = session.Run("(Get-Command $args[0]).ParameterSets.Count", cmdlet).Output.Single();

        Assert.NotEqual(cmdlet, help.Properties["Synopsis"].Value.ToString()!.Trim());
        Assert.NotEmpty(session.Run("(Get-Help $args[0]).examples.example", cmdlet).Output);
        Assert.Equal(sets.BaseObject, session.Run("@((Get-Help $args[0]).syntax.syntaxItem).Count", cmdlet).Output.Single().BaseObject);
        Assert.Equal(Own(session, cmdlet).Select(parameter => parameter.Name).Order(), described.Select(name => name.ToString()).Order());
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void The_reference_states_of_each_parameter_what_the_cmdlet_does(string cmdlet)
    {
        var page = File.ReadAllText(Path.Combine(ShippedModule.Root, "docs", "cmdlets", "en-US", cmdlet + ".md"));
        using var session = new ModuleSession();

        foreach (var parameter in Own(session, cmdlet))
        {
            var facts = Regex.Match(page, $"^### -{parameter.Name}$.*?^```yaml$(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline).Groups[1].Value;
            var set = parameter.ParameterSets.First().Value;
            var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
            var position = set.Position < 0 ? "Named" : set.Position.ToString(System.Globalization.CultureInfo.InvariantCulture);

            Assert.Equal(type.Name, Fact(facts, "Type"));
            Assert.Equal(string.Join(", ", parameter.Aliases), Fact(facts, "Aliases"));
            Assert.Equal(set.IsMandatory.ToString(), Fact(facts, "Required"));
            Assert.Equal(position, Fact(facts, "Position"));
            Assert.Equal(Pipeline(set), Fact(facts, "Accept pipeline input"));
            Assert.Equal(
                parameter.ParameterSets.Keys.Select(name => name == "__AllParameterSets" ? "(All)" : name).Order(),
                Fact(facts, "Parameter Sets").Split(", ").Order());
        }
    }

    [Fact]
    public void The_about_topic_is_found()
    {
        using var session = new ModuleSession();

        Assert.Contains("GPG_BACKUP_PASSPHRASE", session.Run("Get-Help about_Mina.Backup").Output.Single().ToString(), StringComparison.Ordinal);
    }

    private static List<ParameterMetadata> Own(ModuleSession session, string cmdlet) => session
        .Run("(Get-Command $args[0]).Parameters.Values", cmdlet).Output
        .Select(parameter => (ParameterMetadata)parameter.BaseObject)
        .Where(parameter => !PSCmdlet.CommonParameters.Contains(parameter.Name))
        .ToList();

    private static string Fact(string facts, string name) =>
        Regex.Match(facts, $"^{name}:[ \t]*(.*)$", RegexOptions.Multiline) is { Success: true } match
            ? match.Groups[1].Value.Trim()
            : throw new InvalidDataException($"{name} is not stated in: {facts}");

    private static string Pipeline(ParameterSetMetadata set)
    {
        string[] ways = [.. new[] { set.ValueFromPipeline ? "ByValue" : "", set.ValueFromPipelineByPropertyName ? "ByPropertyName" : "" }.Where(way => way.Length > 0)];
        return ways.Length == 0 ? "False" : $"True ({string.Join(", ", ways)})";
    }
}
