using System.Globalization;
using Isthmus.Core.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Isthmus.Runtime.Fleets;

/// <summary>
/// Reads YAML 1.2 (core schema) into values. What makes YAML dangerous or ambiguous is refused: anchors and aliases (a few lines of which can
/// stand for billions), tags, several documents, keys that are no texts.
/// </summary>
internal static class YamlDocument
{
    /// <summary>Reads a document.</summary>
    /// <param name="text">The text; at most <see cref="DocumentLimits.MaxBytes"/> characters.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <exception cref="IsthmusException">It is no YAML, or uses what is refused; the message names the line.</exception>
    public static DocumentNode Parse(string text, string name)
    {
        try
        {
            using StringReader reader = new(text);
            return Read(new Parser(new Scanner(reader, skipComments: true)), name);
        }
        catch (YamlException e)
        {
            string reason = DocumentNode.Shown(e.InnerException?.Message ?? e.Message, 160);
            throw DocumentLimits.Error(name, (int)Math.Clamp(e.Start.Line, 1, int.MaxValue), $"this is no YAML: {reason.TrimEnd('.')}", e);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException or KeyNotFoundException)
        {
            throw DocumentLimits.Error(name, 1, "this is no YAML", e);
        }
    }

    private static DocumentNode Read(Parser parser, string name)
    {
        DocumentNode? root = null;
        Stack<(DocumentNode Node, string? Key, int Line)> open = [];
        int values = 0, documents = 0;
        while (parser.MoveNext())
        {
            ParsingEvent e = parser.Current!;
            int line = (int)Math.Clamp(e.Start.Line, 1, int.MaxValue);
            switch (e)
            {
                case AnchorAlias:
                    throw DocumentLimits.Error(name, line, "aliases (*name) are not allowed: write the value out");
                case DocumentStart:
                    if (++documents > 1) throw DocumentLimits.Error(name, line, "a second document begins here: a fleet is one");
                    continue;
                case MappingEnd or SequenceEnd:
                    open.Pop();
                    continue;
                case not NodeEvent:
                    continue;
            }

            NodeEvent node = (NodeEvent)e;
            if (!node.Anchor.IsEmpty) throw DocumentLimits.Error(name, line, "anchors (&name) are not allowed: write the value out where it is needed");
            if (!node.Tag.IsEmpty) throw DocumentLimits.Error(name, line, "tags (!name) are not allowed");
            if (++values > DocumentLimits.MaxValues) throw DocumentLimits.Error(name, line, $"there are more than {DocumentLimits.MaxValues} values");
            if (open.TryPeek(out (DocumentNode Node, string? Key, int Line) parent) && parent.Node.Kind == DocumentKind.Object && parent.Key is null)
            {
                // Only a scalar may be a key.
                if (node is not Scalar key) throw DocumentLimits.Error(name, line, "the name of a member must be a text");
                open.Pop();
                open.Push((parent.Node, Bounded(key.Value, name, line), line));
                continue;
            }

            DocumentNode value = node switch
            {
                Scalar scalar => Of(scalar, name, line),
                SequenceStart => new(DocumentKind.List, line, ""),
                _ => new(DocumentKind.Object, line, ""),
            };
            if (open.TryPop(out parent))
            {
                if (parent.Node.Kind == DocumentKind.List) parent.Node.Items.Add(value);
                else parent.Node.Members.Add((parent.Key!, parent.Line, value));
                open.Push((parent.Node, null, 0));
            }
            else
            {
                root = value;
            }

            if (value.Kind is not (DocumentKind.List or DocumentKind.Object)) continue;
            if (open.Count >= DocumentLimits.MaxDepth) throw DocumentLimits.Error(name, line, $"lists and objects are nested deeper than {DocumentLimits.MaxDepth}");
            open.Push((value, null, 0));
        }

        return root ?? throw DocumentLimits.Error(name, 1, "the file is empty");
    }

    private static DocumentNode Of(Scalar scalar, string name, int line)
    {
        string text = Bounded(scalar.Value, name, line);
        if (scalar.Style != ScalarStyle.Plain) return new(DocumentKind.Text, line, text);
        DocumentKind kind = text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => DocumentKind.Null,
            "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => DocumentKind.Boolean,
            _ => IsNumber(text) ? DocumentKind.Number : DocumentKind.Text,
        };
        return new(kind, line, kind == DocumentKind.Boolean ? text.ToLowerInvariant() : text);
    }

    // What the core schema takes for a number, but for octal and hexadecimal ones, which then are texts that no member takes.
    private static bool IsNumber(string text) =>
        text[0] is '-' or '+' or '.' or (>= '0' and <= '9') && text.IndexOfAny(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) >= 0
        && double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out _);

    private static string Bounded(string text, string name, int line) =>
        text.Length <= DocumentLimits.MaxScalar ? text : throw DocumentLimits.Error(name, line, $"a text is longer than {DocumentLimits.MaxScalar} characters");
}
