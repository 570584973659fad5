namespace Isthmus.Runtime.Pipelines;

/// <summary>What became of the segments that the device loads.</summary>
/// <param name="Loaded">Loaded so far.</param>
/// <param name="Ahead">Those of them that were loaded ahead of need.</param>
/// <param name="Hits">Those that were loaded ahead and needed afterwards.</param>
/// <param name="Cold">Times that a picture waited for one to be loaded.</param>
/// <param name="Declined">Wishes to load ahead for which there was no room.</param>
/// <param name="Evicted">Unloaded for want of memory.</param>
/// <param name="Bytes">Estimated memory of those that are loaded now.</param>
public sealed record SessionCounters(long Loaded, long Ahead, long Hits, long Cold, long Declined, long Evicted, long Bytes);
