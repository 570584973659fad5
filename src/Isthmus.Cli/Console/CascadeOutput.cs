using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Fractions;
using Isthmus.Core.Profiling.Curves;
using Spectre.Console;
using Profile = Isthmus.Core.Profiling.Profile;

namespace Isthmus.Cli.Console;

/// <summary>What deciding image by image, by the confidence of a network on the device, would add to a plan: for every table of confidence in a profile.</summary>
internal static class CascadeOutput
{
    /// <summary>The fewest bytes within the limit on the loss of accuracy, by table; none if there are no tables or no limit, or where no policy keeps it.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="constraints">What was asked.</param>
    public static ImmutableArray<(ConfidenceTable Table, CascadePolicy Policy)> Of(Profile profile, Constraints constraints)
    {
        if (profile.ConfidenceTables.IsDefaultOrEmpty || constraints.MaxAccuracyLoss is not { } loss) return [];
        List<(ConfidenceTable, CascadePolicy)> found = [];
        foreach (ConfidenceTable table in profile.ConfidenceTables)
        {
            if (table.Bins.All(b => b.Count == 0) || profile.InputCurves.FirstOrDefault(c => c.Family == table.Family) is not { } curve) continue;
            if (new DifficultyRule(table).AboveFloor(CascadeCosts.Bytes(curve.Bytes.Value), Math.Max(0, curve.Whole - loss)) is { } policy) found.Add((table, policy));
        }

        return [.. found];
    }

    /// <summary>As scripts read it.</summary>
    public static object Json((ConfidenceTable Table, CascadePolicy Policy) cascade) => new
    {
        deviceModel = cascade.Table.DeviceModelName,
        family = cascade.Table.Family,
        policy = cascade.Table.Bins.Zip(cascade.Policy.Fractions, (bin, fraction) => new { confidenceFrom = bin.From, images = bin.Count, fraction }),
        accuracy = cascade.Policy.Accuracy,
        bytes = cascade.Policy.Cost,
        sent = cascade.Policy.Sent,
        single = cascade.Policy.Single is { } single ? new { single.Fraction, single.Accuracy, bytes = single.Cost } : null,
    };

    /// <summary>A sentence for each.</summary>
    public static void Draw(IAnsiConsole console, ImmutableArray<(ConfidenceTable Table, CascadePolicy Policy)> cascades)
    {
        foreach ((ConfidenceTable, CascadePolicy) cascade in cascades) console.WriteLine(Sentence(cascade));
    }

    private static string Sentence((ConfidenceTable Table, CascadePolicy Policy) cascade)
    {
        CascadePolicy policy = cascade.Policy;
        string alike = policy.Single is { } single ? $"the best that is the same for all sends {single.Cost:N0} bytes for {single.Accuracy:P1}" : "nothing that is the same for all keeps the limit";
        return $"Image by image, by the confidence of {cascade.Table.DeviceModelName} on the device and parts of {cascade.Table.Family}: {policy.Accuracy:P1} right with {policy.Cost:N0} bytes in the mean, "
            + $"{policy.Sent:P0} of the images sent; {alike}. Counted on the images that the policy comes from.";
    }
}
