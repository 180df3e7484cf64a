namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>Puts tables into an order in which every table comes behind those that its foreign keys refer to. Where keys go in a circle, their order is as given.</summary>
internal static class ReferenceOrder
{
    /// <summary>Orders plans.</summary>
    public static IReadOnlyList<RowPlan> Of(IReadOnlyList<RowPlan> plans)
    {
        List<RowPlan> ordered = [];
        HashSet<RowPlan> seen = new(ReferenceEqualityComparer.Instance);
        foreach (var plan in plans)
        {
            Visit(plan, plans, seen, ordered);
        }

        return ordered;
    }

    private static void Visit(RowPlan plan, IReadOnlyList<RowPlan> plans, HashSet<RowPlan> seen, List<RowPlan> ordered)
    {
        if (!seen.Add(plan))
        {
            return;
        }

        foreach (var other in plans)
        {
            if (plan.Branch.References.Contains(other.Branch.Oid) || (plan.Live is { } from && other.Live is { } to && from.References.Contains(to.Oid)))
            {
                Visit(other, plans, seen, ordered);
            }
        }

        ordered.Add(plan);
    }
}
