namespace Isthmus.Lab.Reproduction.Scission;

/// <summary>What a block takes on a node.</summary>
/// <param name="Node">The node.</param>
/// <param name="Block">The block, as "c03…c07".</param>
/// <param name="Ms">Median milliseconds, emulated slow-down included.</param>
public sealed record BlockTime(string Node, string Block, double Ms);
