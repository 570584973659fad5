namespace Isthmus.Node;

/// <summary>How a node logs, on stderr.</summary>
public enum NodeLogFormat
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>One line for people.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,
}
