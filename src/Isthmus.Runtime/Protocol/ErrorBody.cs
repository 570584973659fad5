namespace Isthmus.Runtime.Protocol;

/// <summary>The body of every answer that reports an error.</summary>
/// <param name="Error">One sentence: what is wrong, and the way out.</param>
public sealed record ErrorBody(string Error);
