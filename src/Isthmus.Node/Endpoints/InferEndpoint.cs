using Isthmus.Node.Execution;
using Isthmus.Node.Hosting;
using Isthmus.Node.Models;
using Isthmus.Node.Telemetry;
using Isthmus.Runtime.Protocol;
using Microsoft.AspNetCore.Http;

namespace Isthmus.Node.Endpoints;

/// <summary>POST /v2/models/{model}/infer.</summary>
internal sealed class InferEndpoint(NodeOptions options, NodeState state, ModelStore models, InferenceService inference, NodeTelemetry telemetry)
{
    private readonly TimeProvider _clock = options.Clock;

    /// <summary>Answers one request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        telemetry.CountArrival();
        long received = _clock.GetTimestamp();
        int status = 500;
        try
        {
            received = await AnswerAsync(context);
            status = 200;
        }
        catch (Exception e)
        {
            status = context.RequestAborted.IsCancellationRequested ? ErrorAnswers.CallerGone : ErrorAnswers.Describe(e).Status;
            throw;
        }
        finally
        {
            telemetry.CountEnd(status, _clock.GetElapsedTime(received).TotalSeconds);
        }
    }

    private async Task<long> AnswerAsync(HttpContext context)
    {
        long arrived = _clock.GetTimestamp();
        state.Enter();
        try
        {
            StoredModel model = models.Require((string)context.Request.RouteValues["model"]!);
            long? headerLength = InferReader.ParseHeaderLength(context.Request.Headers[ProtocolNames.HeaderLength]);
            using InferRequest request = await InferReader.ReadRequestAsync(context.Request.Body, headerLength, options.Limits, _clock, context.RequestAborted);
            long received = _clock.GetTimestamp();
            SegmentRequest segment = request.Segment();
            using Deadline deadline = new(_clock, arrived, segment.Deadline, context.RequestAborted, state.Aborted);
            try
            {
                using InferResponse response = await inference.AnswerAsync(model, request, segment, received, deadline);
                await WriteAsync(context, response);
            }
            catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
            {
                throw deadline.IsOver
                    ? new NodeRefusal(504, $"The deadline of {segment.Deadline} passed before there was an answer; allow more time, or use another plan.")
                    : new NodeRefusal(503, "The node was stopped before there was an answer; use another node.", retryAfterSeconds: 5);
            }

            return received;
        }
        finally
        {
            state.Leave();
        }
    }

    private static async Task WriteAsync(HttpContext context, InferResponse response)
    {
        using PooledBufferWriter json = new();
        InferWriter.WriteJson(response, json);
        bool binary = false;
        foreach (InferTensor output in response.Outputs) binary |= output.IsBinary;
        HttpResponse http = context.Response;
        http.ContentType = binary ? "application/octet-stream" : "application/json";
        http.ContentLength = json.Length + InferWriter.BinaryLength(response.Outputs);
        if (binary) http.Headers[ProtocolNames.HeaderLength] = json.Length.ToString();
        await http.BodyWriter.WriteAsync(json.Written, context.RequestAborted);
        foreach (InferTensor output in response.Outputs)
        {
            if (output.IsBinary) await http.BodyWriter.WriteAsync(output.Content.Bytes, context.RequestAborted);
        }
    }
}
