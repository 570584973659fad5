using Isthmus.Core.Statistics;

namespace Isthmus.Runtime.Pipelines;

/// <summary>What came of re-checks.</summary>
/// <param name="Share">The most that were allowed.</param>
/// <param name="Pictures">Pictures of which a part was to be sent.</param>
/// <param name="Sent">Those of which everything was sent instead.</param>
/// <param name="Checks">Those of which the node looked at the part too.</param>
/// <param name="Agreed">Checks whose part had the same first class.</param>
/// <param name="Agreement">Their share; null without checks.</param>
/// <param name="Expected">What the curves lead to expect of the last checks; null where nothing is.</param>
/// <param name="Drift">What the checks say against that; see <see cref="DriftTest"/>.</param>
/// <param name="FoundAfter">After how many checks drift was found; null if it was not.</param>
/// <param name="Unexpected">Checks of families of which the profile has no curve: they tell nothing of drift.</param>
public sealed record RecheckSummary(
    double Share, long Pictures, long Sent, long Checks, long Agreed, double? Agreement, double? Expected,
    DriftDirection Drift, long? FoundAfter, long Unexpected);
