using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Reference;

/// <summary>
/// Says which wishes contradict what there is. Floors and the mean bound accuracy from below and nothing bounds it from above, so everybody's most accurate action together keeps all
/// wishes if anything does: what that one breaks is the whole answer.
/// </summary>
public static class Contradictions
{
    private const int Named = 5;

    /// <summary>All reasons why nothing keeps to what a problem wants; empty if something does.</summary>
    public static ImmutableArray<Contradiction> Of(JointProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return Of([.. problem.Users.Select(static u => (u.Name, u.MinAccuracy, u.Options.Max(static o => o.Accuracy)))], problem.MsPerMissingAccuracy is null ? problem.MinMeanAccuracy : null);
    }

    /// <summary>All reasons why no joint action keeps to the floors of users and a goal; empty if one does.</summary>
    public static ImmutableArray<Contradiction> Of(ActionSpace actions, AccuracyGoal goal)
    {
        ArgumentNullException.ThrowIfNull(actions);
        ArgumentNullException.ThrowIfNull(goal);
        return Of([.. actions.Users.Select(static u => (u.Name, u.MinAccuracy, u.Actions.Max(static a => a.Accuracy)))], goal.MsPerMissing is null ? goal.MinMean : null);
    }

    /// <summary>Refuses what contradicts itself.</summary>
    /// <exception cref="IsthmusException">Floors or the goal cannot be kept; the message names the users and both figures.</exception>
    public static void Refuse(ActionSpace actions, AccuracyGoal goal)
    {
        ImmutableArray<Contradiction> all = Of(actions, goal);
        if (all.IsEmpty) return;
        string more = all.Length > Named ? $"; and {all.Length - Named} more" : "";
        throw new IsthmusException(ErrorKind.Planning, $"These wishes cannot be kept together: {string.Join("; ", all.Take(Named).Select(static c => c.Message))}{more}.");
    }

    private static ImmutableArray<Contradiction> Of(ImmutableArray<(string Name, double? Floor, double Best)> users, double? mean)
    {
        ImmutableArray<Contradiction>.Builder all = ImmutableArray.CreateBuilder<Contradiction>();
        foreach ((string name, double? floor, double best) in users)
        {
            if (best < (floor ?? 0) - JointProblem.Tolerance) all.Add(new(ContradictionKind.UserFloor, [name], floor!.Value, best, $"user {name} wants {floor.Value:0.####}, the best action has {best:0.####}"));
        }

        double most = users.Average(static u => u.Best);
        if (mean is { } wanted && most < wanted - JointProblem.Tolerance)
        {
            ImmutableArray<(string Name, double? Floor, double Best)> below = [.. users.Where(u => u.Best < wanted).OrderBy(static u => u.Best).ThenBy(static u => u.Name, StringComparer.Ordinal)];
            string who = string.Join(", ", below.Take(Named).Select(static u => $"{u.Name} at most {u.Best:0.####}")) + (below.Length > Named ? $" and {below.Length - Named} more" : "");
            all.Add(new(ContradictionKind.MeanAccuracy, [.. below.Select(static u => u.Name)], wanted, most, $"mean {wanted:0.####} is wanted, the most accurate joint action has {most:0.####} ({who})"));
        }

        return all.ToImmutable();
    }
}
