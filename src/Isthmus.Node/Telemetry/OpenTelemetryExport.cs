using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Isthmus.Node.Telemetry;

/// <summary>Exports metrics and traces by OTLP where OTEL_EXPORTER_OTLP_ENDPOINT says to; the other OTEL_ variables hold as usual.</summary>
internal sealed class OpenTelemetryExport : IDisposable
{
    /// <summary>The variable that turns the export on.</summary>
    public const string Variable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private readonly MeterProvider? _metrics;
    private readonly TracerProvider? _traces;

    private OpenTelemetryExport(string node)
    {
        ResourceBuilder resource = ResourceBuilder.CreateDefault().AddService("isthmus-node", serviceInstanceId: node).AddEnvironmentVariableDetector();
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(NodeTelemetry.Name).AddOtlpExporter().Build();
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(NodeTelemetry.Name).AddOtlpExporter().Build();
    }

    /// <summary>Starts the export; null if the variable is not set.</summary>
    public static OpenTelemetryExport? Start(string node) =>
        string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(Variable)) ? null : new(node);

    /// <summary>Sends what is left and stops.</summary>
    public void Dispose()
    {
        _metrics?.Dispose();
        _traces?.Dispose();
    }
}
