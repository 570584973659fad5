using Isthmus.Core.Errors;

namespace Isthmus.Runtime.Links;

/// <summary>A line of a link trace is not what docs/link.md describes.</summary>
public sealed class LinkTraceException : IsthmusException
{
    /// <summary>Creates the error.</summary>
    /// <param name="file">The trace's name, as the user knows it.</param>
    /// <param name="line">The line, from 1.</param>
    /// <param name="problem">What is wrong with it, and the way out; a clause that ends with a full stop.</param>
    public LinkTraceException(string file, int line, string problem)
        : base(ErrorKind.Usage, $"{file}, line {line}: {problem}")
    {
        Line = line;
    }

    /// <summary>The line, from 1.</summary>
    public int Line { get; }
}
