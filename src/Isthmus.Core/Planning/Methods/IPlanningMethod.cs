namespace Isthmus.Core.Planning.Methods;

/// <summary>A method from the literature, as what it may choose. All methods share one planner, one cost model and one pipeline.</summary>
public interface IPlanningMethod
{
    /// <summary>What the user types: lower case, words joined by "-".</summary>
    string Name { get; }

    /// <summary>One sentence: what it chooses and what it holds fixed.</summary>
    string Summary { get; }

    /// <summary>What it may choose.</summary>
    SearchSpace Space { get; }

    /// <summary>Which stages of a plan count when it chooses; default: all of them.</summary>
    CostTerms Terms => CostTerms.Everything;

    /// <summary>Where the time of a segment may come from; default: from measurements of whole segments only.</summary>
    SegmentTimes Segments => SegmentTimes.Measured;
}
