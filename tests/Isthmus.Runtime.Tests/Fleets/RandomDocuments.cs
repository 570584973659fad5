using System.Globalization;
using System.Text;
using System.Text.Json;
using Isthmus.Runtime.Fleets;

namespace Isthmus.Runtime.Tests.Fleets;

/// <summary>Documents that are mostly fleets, and their text as YAML and as JSON.</summary>
internal sealed class RandomDocuments(int seed)
{
    private static readonly string[] Texts = ["a", "edge-a", "device", "", " a", "a b", "true", "1", "null", "über", "a: b", "#a", "'", "\"", "http://a:1", "http://b", "ftp://a", "8mbit", "0.5gbit", "8 mbit", "25ms", "1.5s", "25", "cloud", "edge", "\t", "unlimited", "- a", "{", "*a", "&a", "!a", "~", "x\ny"];
    private static readonly string[] Numbers = ["0", "1", "-1", "2.5", "1e3", "1000", "1001", "1e10", "64"];
    private readonly Random _random = new(seed);

    /// <summary>A fleet that the reader accepts.</summary>
    public DocumentNode Fleet()
    {
        DocumentNode nodes = List(), links = List();
        List<(string Name, int Tier)> known = [];
        int count = _random.Next(1, 6);
        for (int i = 0; i < count; i++)
        {
            int tier = i == 0 ? 0 : _random.Next(3);
            bool local = i == 0 && _random.Next(2) == 0;
            string name = local ? "device" : $"node {i}";
            known.Add((name, tier));
            DocumentNode node = Object(("name", Text(name)), ("tier", Text(new[] { "device", "edge", "cloud" }[tier])));
            if (!local) node.Members.Add(("url", 1, Text($"http://host{i}:{8500 + i}")));
            if (_random.Next(3) == 0) node.Members.Add(("machine", 1, Text(Pick(["rack 1", "rack: 2", "3", "true"]))));
            if (_random.Next(3) == 0) node.Members.Add(("pricePerHour", 1, Number(Pick(["0", "0.08", "1e3"]))));
            if (_random.Next(3) == 0) node.Members.Add(("power", 1, Object(("busy", Number("4.5")), ("idle", Number(Pick(["0", "1.25", "4.5"]))))));
            if (local && _random.Next(3) == 0) node.Members.Add(("slowdown", 1, Number(Pick(["1", "2.5", "1000"]))));
            if (_random.Next(3) == 0) node.Members.Add(("tags", 1, Object(("place", Text("lab # 1")), ("gpu", new(DocumentKind.Boolean, 1, "true")), ("slots", Number("3")))));
            nodes.Items.Add(node);
        }

        foreach ((string from, int tier) in known)
        {
            foreach ((string to, int further) in known.Where(k => k.Tier > tier && _random.Next(3) > 0))
            {
                DocumentNode link = Object(("from", Text(from)), ("to", Text(to)));
                if (_random.Next(2) == 0) link.Members.Add(("bandwidth", 1, Text(Pick(["8mbit", "300kbit", "0.5gbit", "56000bit", "unlimited"]))));
                if (_random.Next(2) == 0) link.Members.Add(("roundTrip", 1, Text(Pick(["0ms", "25ms", "1.5s"]))));
                if (_random.Next(3) == 0) link.Members.Add(("emulated", 1, new(DocumentKind.Boolean, 1, Pick(["true", "false"]))));
                if (_random.Next(3) == 0) link.Members.Add(("joulesPerByte", 1, Number("5e-7")));
                if (_random.Next(3) == 0) link.Members.Add(("url", 1, Text("http://127.0.0.1:9000")));
                links.Items.Add(link);
            }
        }

        DocumentNode fleet = Object(("version", Number("1")), ("nodes", nodes));
        if (_random.Next(4) > 0) fleet.Members.Add(("links", 1, links));
        return fleet;
    }

    /// <summary>The same with one value, member or item changed, added or dropped somewhere.</summary>
    public DocumentNode Changed(DocumentNode node)
    {
        int children = node.Kind == DocumentKind.Object ? node.Members.Count : node.Items.Count;
        if (children == 0 || _random.Next(5) == 0) return Change(node);
        int at = _random.Next(children);
        DocumentNode copy = new(node.Kind, node.Line, node.Value);
        copy.Items.AddRange(node.Items);
        copy.Members.AddRange(node.Members);
        if (node.Kind == DocumentKind.Object) copy.Members[at] = copy.Members[at] with { Value = Changed(copy.Members[at].Value) };
        else copy.Items[at] = Changed(copy.Items[at]);
        return copy;
    }

    /// <summary>The value as JSON text.</summary>
    public static string Json(DocumentNode node) => node.Kind switch
    {
        DocumentKind.Text => JsonSerializer.Serialize(node.Value),
        DocumentKind.List => $"[{string.Join(",\n", node.Items.Select(Json))}]",
        DocumentKind.Object => $"{{{string.Join(",\n", node.Members.Select(m => $"{JsonSerializer.Serialize(m.Name)}: {Json(m.Value)}"))}}}",
        _ => node.Value,
    };

    /// <summary>The value as YAML text, in blocks.</summary>
    public static string Yaml(DocumentNode node, int indent = 0)
    {
        string margin = new(' ', indent);
        StringBuilder text = new();
        switch (node.Kind)
        {
            case DocumentKind.List when node.Items.Count > 0:
                foreach (DocumentNode item in node.Items) text.Append(CultureInfo.InvariantCulture, $"\n{margin}- {Yaml(item, indent + 2).TrimStart('\n', ' ')}");
                return text.ToString();
            case DocumentKind.Object when node.Members.Count > 0:
                foreach ((string name, _, DocumentNode value) in node.Members) text.Append(CultureInfo.InvariantCulture, $"\n{margin}{Scalar(name)}: {Yaml(value, indent + 2)}");
                return text.ToString();
            case DocumentKind.Text:
                return Scalar(node.Value);
            default:
                return node.Kind == DocumentKind.List ? "[]" : node.Kind == DocumentKind.Object ? "{}" : node.Value;
        }
    }

    private static string Scalar(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetter(c) || c == '-') && text[0] != '-' && text is not ("true" or "false" or "null") ? text : JsonSerializer.Serialize(text);

    private DocumentNode Change(DocumentNode node)
    {
        DocumentNode copy = new(node.Kind, node.Line, node.Value);
        copy.Items.AddRange(node.Items);
        copy.Members.AddRange(node.Members);
        switch (_random.Next(6))
        {
            case 0 when copy.Members.Count > 0:
                copy.Members.RemoveAt(_random.Next(copy.Members.Count));
                return copy;
            case 1 when copy.Kind == DocumentKind.Object:
                copy.Members.Add((Pick(["extra", "url", "tags", "Name", "links", "power", "machine", "slowdown"]), 1, Any()));
                return copy;
            case 2 when copy.Items.Count > 0:
                copy.Items.RemoveAt(_random.Next(copy.Items.Count));
                return copy;
            default:
                return Any();
        }
    }

    private DocumentNode Any() => _random.Next(7) switch
    {
        0 => new(DocumentKind.Null, 1, "null"),
        1 => new(DocumentKind.Boolean, 1, "true"),
        2 => Number(Pick(Numbers)),
        3 => List(),
        4 => Object(),
        _ => Text(Pick(Texts)),
    };

    private T Pick<T>(T[] choices) => choices[_random.Next(choices.Length)];

    private static DocumentNode Text(string text) => new(DocumentKind.Text, 1, text);

    private static DocumentNode Number(string text) => new(DocumentKind.Number, 1, text);

    private static DocumentNode List() => new(DocumentKind.List, 1, "");

    private static DocumentNode Object(params (string, DocumentNode)[] members)
    {
        DocumentNode node = new(DocumentKind.Object, 1, "");
        foreach ((string name, DocumentNode value) in members) node.Members.Add((name, 1, value));
        return node;
    }
}
