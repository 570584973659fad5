using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Isthmus.Node.Telemetry;

/// <summary>
/// Collects one meter's instruments and writes them in Prometheus' text format 0.0.4, with OpenTelemetry's rules for names: dots
/// become underscores, the unit is appended, counters end in _total. Thread-safe.
/// </summary>
internal sealed class PrometheusText : IDisposable
{
    // Seconds; from a tiny model on loopback to a large one behind a thin link.
    private static readonly double[] Bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Lock _lock = new();
    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);

    /// <summary>Listens from now on.</summary>
    public PrometheusText(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!ReferenceEquals(instrument.Meter, meter)) return;
            Family family = new(instrument);
            lock (_lock) _families[family.Name] = family;
            listener.EnableMeasurementEvents(instrument, family);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Add((Family)state!, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Add((Family)state!, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Add((Family)state!, value, tags));
        _listener.Start();
    }

    /// <summary>Everything, as text.</summary>
    public string Write()
    {
        _listener.RecordObservableInstruments();
        StringBuilder text = new();
        lock (_lock)
        {
            foreach (Family family in _families.Values) family.Write(text);
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Family family, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string labels = Labels(tags);
        lock (_lock) family.Add(labels, value);
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty) return "";
        // The only tags of this node are one short constant text.
        if (tags is [{ Value: string only }]) return $"{tags[0].Key}=\"{Escape(only)}\"";
        StringBuilder labels = new();
        foreach ((string key, object? value) in tags)
        {
            if (labels.Length > 0) labels.Append(',');
            labels.Append(key.Replace('.', '_')).Append("=\"").Append(Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")).Append('"');
        }

        return labels.ToString();
    }

    private static string Escape(string value) => value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");

    private sealed class Family
    {
        private readonly string _help;
        private readonly string _kind;
        private readonly bool _isSum;
        private readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);

        public Family(Instrument instrument)
        {
            Type kind = instrument.GetType().GetGenericTypeDefinition();
            bool counter = kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>);
            _kind = counter ? "counter" : kind == typeof(Histogram<>) ? "histogram" : "gauge";
            _isSum = kind == typeof(Counter<>);
            string unit = instrument.Unit switch
            {
                "s" => "_seconds",
                "By" => "_bytes",
                _ => "",
            };
            Name = instrument.Name.Replace('.', '_') + unit + (counter ? "_total" : "");
            _help = instrument.Description ?? "";
            // A counter that never counted is zero, not absent: rates need the first step.
            if (_isSum && instrument.Name != "isthmus.requests") _series.Add("", new Series());
        }

        public string Name { get; }

        public void Add(string labels, double value)
        {
            if (!_series.TryGetValue(labels, out Series? series)) _series.Add(labels, series = new Series());
            if (_kind == "histogram")
            {
                series.Count++;
                series.Value += value;
                int bucket = Array.BinarySearch(Bounds, value);
                if (bucket < 0) bucket = ~bucket;
                if (bucket < Bounds.Length) series.Buckets[bucket]++;
            }
            else
            {
                series.Value = _isSum ? series.Value + value : value;
            }
        }

        public void Write(StringBuilder text)
        {
            text.Append("# HELP ").Append(Name).Append(' ').Append(_help).Append('\n');
            text.Append("# TYPE ").Append(Name).Append(' ').Append(_kind).Append('\n');
            foreach ((string labels, Series series) in _series)
            {
                if (_kind != "histogram")
                {
                    Line(text, Name, labels, series.Value);
                    continue;
                }

                string prefix = labels.Length == 0 ? "" : labels + ",";
                long below = 0;
                for (int i = 0; i < Bounds.Length; i++)
                {
                    below += series.Buckets[i];
                    Line(text, Name + "_bucket", $"{prefix}le=\"{Bounds[i]}\"", below);
                }

                Line(text, Name + "_bucket", prefix + "le=\"+Inf\"", series.Count);
                Line(text, Name + "_sum", labels, series.Value);
                Line(text, Name + "_count", labels, series.Count);
            }
        }

        private static void Line(StringBuilder text, string name, string labels, double value)
        {
            text.Append(name);
            if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
            text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        }
    }

    private sealed class Series
    {
        public long[] Buckets { get; } = new long[Bounds.Length];

        public long Count { get; set; }

        public double Value { get; set; }
    }
}
