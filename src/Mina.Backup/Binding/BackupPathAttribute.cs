using System.Management.Automation;
using Mina.Backup.Model;

namespace Mina.Backup.Binding;

/// <summary>Takes a listed backup, or its name or file, and gives the path of its data file or the name.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class BackupPathAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            BackupInfo backup => backup.Path,
            FileInfo file => file.FullName,
            var other => other,
        };
}
