using System.Management.Automation;
using Mina.Backup.Model;

namespace Mina.Backup.Binding;

/// <summary>Takes a branch, as New-MinaPitrBranch and Get-MinaPitrBranch give it, or its name, and gives the name.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class BranchNameAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            PitrBranch branch => branch.Name,
            var other => other,
        };
}
