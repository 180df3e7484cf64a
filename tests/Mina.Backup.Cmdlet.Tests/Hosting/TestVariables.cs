namespace Mina.Backup.Cmdlet.Tests.Hosting;

/// <summary>Variables of this process, which are none any more when it is disposed: the next class finds a clean environment.</summary>
internal sealed class TestVariables : IDisposable
{
    private readonly string[] names;

    /// <summary>Sets variables; takes away those without a value.</summary>
    public TestVariables(params (string Name, string? Value)[] variables)
    {
        names = [.. variables.Select(variable => variable.Name)];
        foreach (var (name, value) in variables)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(names, name => Environment.SetEnvironmentVariable(name, null));
}
