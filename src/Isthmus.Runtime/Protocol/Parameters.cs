using System.Collections;

namespace Isthmus.Runtime.Protocol;

/// <summary>The parameters of a message or a tensor, by name. Few, so they are kept in a list. Written with a collection initialiser, then only read.</summary>
public sealed class Parameters : IReadOnlyCollection<KeyValuePair<string, ParameterValue>>
{
    private readonly List<KeyValuePair<string, ParameterValue>> _values = [];

    /// <inheritdoc/>
    public int Count => _values.Count;

    /// <summary>Adds a parameter, or replaces the one of that name.</summary>
    public void Add(string name, ParameterValue value)
    {
        int at = _values.FindIndex(v => v.Key == name);
        if (at < 0) _values.Add(new(name, value));
        else _values[at] = new(name, value);
    }

    /// <summary>The text of a parameter; null if there is none of that name or it is no text.</summary>
    public string? Text(string name) => Find(name)?.Text;

    /// <summary>The number of a parameter; null if there is none of that name or it is no number.</summary>
    public double? Number(string name) => Find(name)?.Number;

    /// <summary>Whether a parameter is there and true.</summary>
    public bool IsSet(string name) => Find(name)?.Flag ?? false;

    /// <summary>The value of a parameter; null if there is none of that name.</summary>
    public ParameterValue? Find(string name)
    {
        foreach (KeyValuePair<string, ParameterValue> v in _values)
        {
            if (v.Key == name) return v.Value;
        }

        return null;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, ParameterValue>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
