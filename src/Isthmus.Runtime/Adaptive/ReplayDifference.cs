namespace Isthmus.Runtime.Adaptive;

/// <summary>A decision that does not come out the same.</summary>
/// <param name="Line">Its line in the file, counted from 1.</param>
/// <param name="Number">Its number in its run.</param>
/// <param name="What">What differs, in words.</param>
public sealed record ReplayDifference(int Line, int Number, string What);
