using System.Text;
using System.Text.Json;
using Isthmus.Core.Errors;

namespace Isthmus.Runtime.Fleets;

/// <summary>Reads JSON (RFC 8259, without comments) into values that know their lines.</summary>
internal static class JsonText
{
    /// <summary>Reads a document.</summary>
    /// <param name="text">The text; at most <see cref="DocumentLimits.MaxBytes"/> characters.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <exception cref="IsthmusException">It is no JSON, or exceeds a limit; the message names the line.</exception>
    public static DocumentNode Parse(string text, string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Utf8JsonReader reader = new(bytes, new JsonReaderOptions { MaxDepth = DocumentLimits.MaxDepth });
        Stack<(DocumentNode Node, string? Key, int Line)> open = [];
        DocumentNode? root = null;
        int line = 1, values = 0;
        long counted = 0;
        try
        {
            while (reader.Read())
            {
                line += bytes.AsSpan((int)counted, (int)(reader.TokenStartIndex - counted)).Count((byte)'\n');
                counted = reader.TokenStartIndex;
                if (++values > DocumentLimits.MaxValues) throw DocumentLimits.Error(name, line, $"there are more than {DocumentLimits.MaxValues} values");
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        open.Push((open.Pop().Node, Bounded(reader.GetString()!, name, line), line));
                        continue;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        open.Pop();
                        continue;
                }

                DocumentNode value = reader.TokenType switch
                {
                    JsonTokenType.StartObject => new(DocumentKind.Object, line, ""),
                    JsonTokenType.StartArray => new(DocumentKind.List, line, ""),
                    JsonTokenType.String => new(DocumentKind.Text, line, Bounded(reader.GetString()!, name, line)),
                    JsonTokenType.Number => new(DocumentKind.Number, line, Bounded(Encoding.UTF8.GetString(reader.ValueSpan), name, line)),
                    JsonTokenType.Null => new(DocumentKind.Null, line, "null"),
                    _ => new(DocumentKind.Boolean, line, reader.GetBoolean() ? "true" : "false"),
                };
                if (open.TryPop(out (DocumentNode Node, string? Key, int Line) parent))
                {
                    if (parent.Node.Kind == DocumentKind.List) parent.Node.Items.Add(value);
                    else parent.Node.Members.Add((parent.Key!, parent.Line, value));
                    open.Push((parent.Node, null, 0));
                }
                else
                {
                    root = value;
                }

                if (value.Kind is DocumentKind.List or DocumentKind.Object) open.Push((value, null, 0));
            }
        }
        catch (JsonException e)
        {
            string reason = e.Message;
            int end = reason.IndexOf(" LineNumber:", StringComparison.Ordinal);
            throw DocumentLimits.Error(name, (int)(e.LineNumber ?? 0) + 1, $"this is no JSON: {DocumentNode.Shown(end < 0 ? reason : reason[..end], 160).TrimEnd('.')}", e);
        }
        catch (InvalidOperationException e)
        {
            // A text with half a surrogate pair.
            throw DocumentLimits.Error(name, line, "this is no JSON: a text is not valid Unicode", e);
        }

        return root ?? throw DocumentLimits.Error(name, 1, "the file is empty");
    }

    private static string Bounded(string text, string name, int line) =>
        text.Length <= DocumentLimits.MaxScalar ? text : throw DocumentLimits.Error(name, line, $"a text is longer than {DocumentLimits.MaxScalar} characters");
}
