namespace Isthmus.Runtime.Fleets;

/// <summary>A value of a YAML or JSON document, and the line where it stands: what both have in common.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Line">The line where it begins, from 1.</param>
/// <param name="Value">A scalar's text; empty for lists and objects.</param>
internal sealed record DocumentNode(DocumentKind Kind, int Line, string Value)
{
    /// <summary>The values of a list.</summary>
    public List<DocumentNode> Items { get; } = [];

    /// <summary>The members of an object in the order in which they stand; names may repeat.</summary>
    public List<(string Name, int Line, DocumentNode Value)> Members { get; } = [];

    /// <summary>What it is, for an error.</summary>
    public string Describe() => Kind switch
    {
        DocumentKind.Null => "nothing",
        DocumentKind.Boolean => Value,
        DocumentKind.Number => $"the number {Shown(Value)}",
        DocumentKind.Text => $"'{Shown(Value)}'",
        DocumentKind.List => "a list",
        _ => "an object",
    };

    /// <summary>A text as it may be shown: short, on one line.</summary>
    public static string Shown(string text, int most = 48)
    {
        string shown = text.Length <= most ? text : text[..most] + "…";
        return shown.Any(char.IsControl) ? string.Concat(shown.Select(c => char.IsControl(c) ? '·' : c)) : shown;
    }
}
