#!/bin/bash
TP=4
ARGS=(
  --num-layers 32
  --hidden-size 4096
  --num-attention-heads 32
  --group-query-attention --num-query-groups 8
  --seq-length 4096
)
torchrun --nproc_per_node 8 pretrain_gpt.py "${ARGS[@]}" --tensor-model-parallel-size $TP --use-distributed-optimizer --micro-batch-size 1 --bf16 --recompute-activations
