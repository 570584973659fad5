using System.Buffers;
using System.Text.Json;
using Isthmus.Core.Codec;
using Isthmus.Core.Graphs;
using Isthmus.Core.Json;
using Isthmus.Inference.Manifests;
using Isthmus.Node.Execution;
using Isthmus.Node.Hosting;
using Isthmus.Node.Models;
using Isthmus.Node.Telemetry;
using Isthmus.Runtime.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Isthmus.Node.Endpoints;

/// <summary>What Isthmus adds to the protocol: models by hash, measuring, probing links, and metrics.</summary>
internal sealed class NodeEndpoints(
    NodeOptions options, NodeState state, ModelStore models, TablesStore tables, MeasuringService measuring, WarmingService warming, LinkProbe probe,
    NodeTelemetry telemetry, PrometheusText metrics)
{
    private const int MaxMeasureRequest = 64 << 20;
    private const int MaxWarmRequest = 1 << 20;
    private const long MaxEcho = 64 << 20;

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/v2/isthmus/models/{hash}", ["HEAD"], HasModel);
        routes.MapPut("/v2/isthmus/models/{hash}", Counted(PutModel));
        routes.MapPut("/v2/isthmus/models/{hash}/manifest", Counted(PutManifest));
        routes.MapPost("/v2/isthmus/models/{hash}/measure", Counted(Measure));
        routes.MapPost("/v2/isthmus/models/{hash}/warm", Counted(Warm));
        routes.MapMethods("/v2/isthmus/tables/{hash}", ["HEAD"], HasTables);
        routes.MapPut("/v2/isthmus/tables/{hash}", Counted(PutTables));
        routes.MapPost("/v2/isthmus/probe", Counted(Probe));
        routes.MapPost("/v2/isthmus/echo", Counted(Echo));
        routes.MapGet("/metrics", Metrics);
    }

    // Whatever was accepted is finished before the node stops.
    private RequestDelegate Counted(RequestDelegate next) => async context =>
    {
        state.Enter();
        try
        {
            await next(context);
        }
        finally
        {
            state.Leave();
        }
    };

    private Task HasModel(HttpContext context)
    {
        context.Response.StatusCode = models.Find(Hash(context).ToString()) is null ? 404 : 200;
        return Task.CompletedTask;
    }

    private async Task PutModel(HttpContext context)
    {
        ModelHash hash = Hash(context);
        if (context.Request.ContentLength > options.MaxModelBytes)
            throw new NodeRefusal(413, $"The model is larger than the {options.MaxModelBytes} bytes that this node accepts; start it with a larger --max-model.");
        Allow(context, options.MaxModelBytes + 1);
        bool isNew = await models.PutAsync(hash, context.Request.Body, context.RequestAborted);
        if (isNew) telemetry.CountModel();
        context.Response.StatusCode = isNew ? 201 : 200;
    }

    private Task HasTables(HttpContext context)
    {
        context.Response.StatusCode = tables.Find(TablesHash(context)) is null ? 404 : 200;
        return Task.CompletedTask;
    }

    private async Task PutTables(HttpContext context)
    {
        string hash = TablesHash(context);
        Allow(context, CodecTables.MaxBytes);
        using MemoryStream bytes = new();
        await context.Request.Body.CopyToAsync(bytes, context.RequestAborted);
        context.Response.StatusCode = tables.Put(hash, bytes.ToArray()) ? 201 : 200;
    }

    private async Task PutManifest(HttpContext context)
    {
        ModelHash hash = Hash(context);
        models.Require(hash.ToString());
        Allow(context, ManifestFile.MaxLength);
        using MemoryStream json = new();
        await context.Request.Body.CopyToAsync(json, context.RequestAborted);
        models.PutManifest(hash, json.GetBuffer().AsSpan(0, (int)json.Length));
        context.Response.StatusCode = 200;
    }

    private async Task Measure(HttpContext context)
    {
        StoredModel model = models.Require(Hash(context).ToString());
        Allow(context, MaxMeasureRequest);
        MeasureRequest? request = await ReadAsync<MeasureRequest>(context, "a request to measure");
        using Deadline deadline = new(options.Clock, options.Clock.GetTimestamp(), null, context.RequestAborted, state.Aborted);
        MeasureReply reply = await measuring.MeasureAsync(model, request ?? new MeasureRequest(), deadline.Token);
        await context.Response.WriteAsJsonAsync(reply, IsthmusJson.Compact, context.RequestAborted);
    }

    private async Task Warm(HttpContext context)
    {
        StoredModel model = models.Require(Hash(context).ToString());
        Allow(context, MaxWarmRequest);
        WarmRequest? request = await ReadAsync<WarmRequest>(context, "a request to make a segment ready");
        using Deadline deadline = new(options.Clock, options.Clock.GetTimestamp(), null, context.RequestAborted, state.Aborted);
        WarmReply reply = await warming.WarmAsync(model, request ?? new WarmRequest(), deadline.Token);
        await context.Response.WriteAsJsonAsync(reply, IsthmusJson.Compact, context.RequestAborted);
    }

    private async Task Probe(HttpContext context)
    {
        string? to = context.Request.Query["to"];
        if (string.IsNullOrEmpty(to)) throw new NodeRefusal(400, "Say which node to probe: /v2/isthmus/probe?to=http://HOST:PORT.");
        await context.Response.WriteAsJsonAsync(await probe.MeasureAsync(to, context.RequestAborted), IsthmusJson.Compact, context.RequestAborted);
    }

    private static async Task Echo(HttpContext context)
    {
        Allow(context, MaxEcho);
        byte[] sink = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            long bytes = 0;
            while (await context.Request.Body.ReadAsync(sink, context.RequestAborted) is int read and > 0) bytes += read;
            await context.Response.WriteAsJsonAsync(new EchoReply(bytes), IsthmusJson.Compact, context.RequestAborted);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(sink);
        }
    }

    private Task Metrics(HttpContext context)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(metrics.Write(), context.RequestAborted);
    }

    /// <summary>The body as JSON; null if it says null.</summary>
    private static async Task<T?> ReadAsync<T>(HttpContext context, string what)
        where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(context.Request.Body, IsthmusJson.Compact, context.RequestAborted);
        }
        catch (JsonException e)
        {
            throw new NodeRefusal(400, $"The body is not {what}: {e.Message}");
        }
    }

    private static ModelHash Hash(HttpContext context) =>
        ModelHash.TryParse((string?)context.Request.RouteValues["hash"], out ModelHash hash) ? hash
            : throw new NodeRefusal(400, "The address must end in the model's SHA-256: 64 hexadecimal digits.");

    private static string TablesHash(HttpContext context) =>
        (string?)context.Request.RouteValues["hash"] is { } hash && TablesStore.IsHash(hash) ? hash
            : throw new NodeRefusal(400, "The address must end in the tables' SHA-256: 64 hexadecimal digits in lower case.");

    private static void Allow(HttpContext context, long bytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = bytes;
    }
}
