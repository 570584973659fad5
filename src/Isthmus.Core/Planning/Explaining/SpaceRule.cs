using Isthmus.Core.Profiling;

namespace Isthmus.Core.Planning.Explaining;

/// <summary>What of a plan a method is not able to choose.</summary>
internal static class SpaceRule
{
    /// <summary>One sentence for each choice that is not in the space; none if the plan is in it.</summary>
    public static IEnumerable<string> Broken(SearchSpace space, Plan plan, Profile profile)
    {
        int cuts = plan.Segments.Length - 1;
        if (cuts < space.MinCuts) yield return $"the method cuts at least {Times(space.MinCuts)}";
        if (cuts > space.MaxCuts) yield return space.MaxCuts == 0 ? "the method does not cut" : $"the method cuts at most {Times(space.MaxCuts)}";
        foreach (PlacedSegment segment in plan.Segments)
        {
            if (!space.Allows(profile.Nodes.First(n => n.Name == segment.Node))) yield return $"the method does not use {segment.Node}";
            if (segment.To is not null && space.Cuts?.Contains(segment.To) == false) yield return $"the method does not cut at {segment.To}";
            if (segment.Codec is { } codec && space.Codecs?.Contains(codec) == false) yield return $"the method does not use {codec}";
        }

        bool ofCurve = !space.OnlyCurves || plan.Input.Kind == InputKind.Local
            || profile.InputCurves.Any(c => c.Reference == plan.Input || (c.IsContinuous && c.Reference == plan.Input.Whole) || c.Points.Any(p => p.Encoding == plan.Input));
        if (!ofCurve) yield return $"the method does not send the picture as {plan.Input}, of which there is no curve";
        if (plan.Input.Kind != InputKind.Local && space.Inputs is { } inputs && !inputs.Contains(plan.Input)) yield return $"the method does not send the picture as {plan.Input}";
    }

    private static string Times(int count) => count == 1 ? "once" : "twice";
}
