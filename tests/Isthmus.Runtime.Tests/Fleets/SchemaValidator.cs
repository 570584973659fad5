using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Isthmus.Runtime.Fleets;

namespace Isthmus.Runtime.Tests.Fleets;

/// <summary>Validates values against the part of JSON Schema 2020-12 that the fleet's schema uses. A keyword that it does not know fails the test.</summary>
internal sealed class SchemaValidator(JsonElement root)
{
    private static readonly HashSet<string> Known =
    [
        "$schema", "$defs", "$ref", "title", "description", "type", "enum", "required", "properties", "additionalProperties", "propertyNames", "maxProperties", "items", "minItems",
        "maxItems", "minimum", "maximum", "minLength", "maxLength", "pattern",
    ];

    public bool IsValid(DocumentNode value) => IsValid(value, root);

    private bool IsValid(DocumentNode value, JsonElement schema)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False) return schema.GetBoolean();
        foreach (JsonProperty keyword in schema.EnumerateObject()) Assert.Contains(keyword.Name, Known);
        if (schema.TryGetProperty("$ref", out JsonElement reference) && !IsValid(value, root.GetProperty("$defs").GetProperty(reference.GetString()!["#/$defs/".Length..]))) return false;
        if (schema.TryGetProperty("type", out JsonElement type) && !Strings(type).Contains(TypeOf(value))) return false;
        if (schema.TryGetProperty("enum", out JsonElement choices)
            && !choices.EnumerateArray().Any(c => c.ValueKind == JsonValueKind.String ? value.Kind == DocumentKind.Text && c.GetString() == value.Value : value.Kind == DocumentKind.Number && c.GetDouble() == Number(value))) return false;
        switch (value.Kind)
        {
            case DocumentKind.Object:
                foreach (string name in Strings(schema, "required"))
                {
                    if (value.Members.All(m => m.Name != name)) return false;
                }

                if (schema.TryGetProperty("maxProperties", out JsonElement most) && value.Members.Count > most.GetInt32()) return false;
                foreach ((string name, _, DocumentNode member) in value.Members)
                {
                    if (schema.TryGetProperty("propertyNames", out JsonElement names) && !IsValid(new(DocumentKind.Text, 1, name), names)) return false;
                    if (schema.TryGetProperty("properties", out JsonElement properties) && properties.TryGetProperty(name, out JsonElement property))
                    {
                        if (!IsValid(member, property)) return false;
                    }
                    else if (schema.TryGetProperty("additionalProperties", out JsonElement others) && !IsValid(member, others))
                    {
                        return false;
                    }
                }

                return true;
            case DocumentKind.List:
                return (!schema.TryGetProperty("minItems", out JsonElement least) || value.Items.Count >= least.GetInt32())
                    && (!schema.TryGetProperty("maxItems", out most) || value.Items.Count <= most.GetInt32())
                    && (!schema.TryGetProperty("items", out JsonElement items) || value.Items.All(i => IsValid(i, items)));
            case DocumentKind.Number:
                return (!schema.TryGetProperty("minimum", out least) || Number(value) >= least.GetDouble()) && (!schema.TryGetProperty("maximum", out most) || Number(value) <= most.GetDouble());
            case DocumentKind.Text:
                return (!schema.TryGetProperty("minLength", out least) || value.Value.Length >= least.GetInt32())
                    && (!schema.TryGetProperty("maxLength", out most) || value.Value.Length <= most.GetInt32())
                    && (!schema.TryGetProperty("pattern", out JsonElement pattern) || Regex.IsMatch(value.Value, pattern.GetString()!.Replace("$", @"\z", StringComparison.Ordinal), RegexOptions.None, TimeSpan.FromSeconds(5)));
            default:
                return true;
        }
    }

    private static double Number(DocumentNode value) => double.Parse(value.Value, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static string TypeOf(DocumentNode value) => value.Kind switch
    {
        DocumentKind.Null => "null",
        DocumentKind.Boolean => "boolean",
        DocumentKind.Number => "number",
        DocumentKind.Text => "string",
        DocumentKind.List => "array",
        _ => "object",
    };

    private static IEnumerable<string> Strings(JsonElement schema, string member) => schema.TryGetProperty(member, out JsonElement list) ? Strings(list) : [];

    private static IEnumerable<string> Strings(JsonElement value) => value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(v => v.GetString()!) : [value.GetString()!];
}
