namespace Isthmus.Runtime.Links;

/// <summary>What crosses a link besides bytes.</summary>
internal enum LinkSignal
{
    /// <summary>Nothing but bytes.</summary>
    None,

    /// <summary>The sender has said all it has to say.</summary>
    End,

    /// <summary>The sender has broken the connection off.</summary>
    Reset,
}
