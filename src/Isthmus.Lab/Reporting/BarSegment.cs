namespace Isthmus.Lab.Reporting;

/// <summary>One part of a stacked bar.</summary>
/// <param name="Series">Which series of the chart it belongs to; names its colour and legend entry.</param>
/// <param name="Value">Its length, zero or more, in the chart's unit.</param>
public sealed record BarSegment(string Series, double Value);
